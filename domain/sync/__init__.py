"""What a device needs to work without the server and to agree with it afterwards."""
