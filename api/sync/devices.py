"""listDevices, registerDevice, revokeDevice."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, Response, delete, get, put, route
from litestar.params import PathParameter, RawBody
from msgspec import Struct

from api.bodies import body_of, decode_body
from api.injected import Injected
from api.learner.drill_schemas import MOST_GAPS, NumberRangeBody
from api.problems import device_revoked, not_found
from api.text_fields import DEVICE_ID, ShortText
from api.wiring.desk import Desk
from domain.practice.device import Device, DeviceRevoked

NamedDevice = Annotated[str, PathParameter(max_length=64, pattern=DEVICE_ID, description="As the device names itself.")]


# Nobody has more phones; what goes beyond is made up.
MOST_LISTED = 200


class RegisterDevice(Struct, forbid_unknown_fields=True, frozen=True):
    """How the owner calls the device, and what it runs on."""

    name: ShortText
    platform: ShortText | None = None


class DeviceBody(Struct, frozen=True):
    """A device. `missing` are the first gaps below `highest_sequence`: numbers of reviews that never arrived."""

    device_id: str
    name: str | None
    platform: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None
    highest_sequence: int
    missing: list[NumberRangeBody]
    missing_total: int


class DeviceList(Struct, frozen=True):
    """Devices of the caller, the one seen last first."""

    devices: list[DeviceBody]
    total: int


class DeviceController(Controller):
    """Devices of the caller."""

    path = "/v1/devices"
    tags = ["sync"]

    # Before the others, see ProfileController.
    @route("/{device_id:str}", http_method=["OPTIONS"], status_code=204, include_in_schema=False)
    async def allowed(self, device_id: NamedDevice) -> Response[None]:
        """Which methods there are."""
        return Response(None, status_code=204, headers={"Allow": "DELETE, OPTIONS, PUT"})

    @get("", operation_id="listDevices")
    async def devices(self, desk: Injected[Desk]) -> DeviceList:
        """Devices that were named, signed in on or have handed in answers, with what of theirs never arrived.

        The 200 seen last; `total` counts all.
        """
        devices = [_body(device) for device in await desk.devices.devices(MOST_LISTED)]
        return DeviceList(devices, await desk.devices.device_count())

    @put("/{device_id:str}", operation_id="registerDevice", opt=body_of(RegisterDevice))
    async def register(self, device_id: NamedDevice, body: RawBody, desk: Injected[Desk]) -> DeviceBody:
        """Give a device a name. Safe to repeat; a device that was revoked needs a new id (403 `device_revoked`)."""
        data = decode_body(body, RegisterDevice)
        try:
            return _body(await desk.devices.register(device_id, data.name, data.platform))
        except DeviceRevoked as error:
            raise device_revoked() from error

    @delete("/{device_id:str}", operation_id="revokeDevice", status_code=204)
    async def revoke(self, device_id: NamedDevice, desk: Injected[Desk]) -> None:
        """Revoke a lost device: sessions begun on it end, and what it hands in from now on is refused."""
        if not await desk.devices.revoke(device_id):
            raise not_found()


def _body(device: Device) -> DeviceBody:
    return DeviceBody(
        device_id=device.id,
        name=device.name,
        platform=device.platform,
        first_seen_at=device.first_seen_at,
        last_seen_at=device.last_seen_at,
        revoked_at=device.revoked_at,
        highest_sequence=device.highest,
        missing=[NumberRangeBody(gap.first, gap.last) for gap in device.missing[:MOST_GAPS]],
        missing_total=sum(gap.last - gap.first + 1 for gap in device.missing),
    )
