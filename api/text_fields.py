"""Text in requests: bounded, and without the NUL that PostgreSQL cannot store."""

from typing import Annotated, Literal

from msgspec import Meta

NO_NUL = r"^[^\x00]*$"
# What can stand in an address as it is, so that every device can be named and revoked.
DEVICE_ID = r"^[A-Za-z0-9][A-Za-z0-9._~:-]*(?!\n)$"

ShortText = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL)]
DeviceId = Annotated[str, Meta(min_length=1, max_length=64, pattern=DEVICE_ID)]
Password = Annotated[str, Meta(min_length=1, max_length=256, pattern=NO_NUL)]
Token = Annotated[str, Meta(min_length=1, max_length=512, pattern=r"^[A-Za-z0-9_.-]+$")]
LanguageCode = Literal["zh-Hans", "zh-Hant", "en"]
