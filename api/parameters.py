"""Query and path parameters that several operations take."""

from typing import Annotated
from uuid import UUID

from litestar.params import PathParameter, QueryParameter

from api.text_fields import NO_NUL, LanguageCode

LARGEST_PAGE = 1000

ChosenLanguage = Annotated[LanguageCode | None, QueryParameter(description="Overrides the profile's language.")]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE, description="People on a page.")]
AfterStaffNo = Annotated[
    str | None, QueryParameter(max_length=64, pattern=NO_NUL, description="Staff number the page begins after.")
]
LessonId = Annotated[str, PathParameter(max_length=80, pattern=r"^[a-z0-9.-]+$")]
AssessmentId = Annotated[str, PathParameter(max_length=80, pattern=r"^[a-z0-9.-]+$")]
UnitId = Annotated[UUID, PathParameter(description="An org unit.")]
