"""From what authors write to what is published: Traditional Chinese made, opaque ids dealt out."""

from repositories.content.compiling.assessments import AssessmentCompiler
from repositories.content.compiling.items import ItemCompiler
from repositories.content.compiling.study import StudyCompiler
from repositories.content.compiling.texts import Overrides, TextCompiler

__all__ = ["AssessmentCompiler", "ItemCompiler", "Overrides", "StudyCompiler", "TextCompiler"]
