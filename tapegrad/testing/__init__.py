"""What the tests check the engine with: a reference interpreter, random programs and a census."""

from tapegrad.testing.census import Census, engine_census
from tapegrad.testing.programs import Program, random_program, shrink
from tapegrad.testing.reference import Recording

__all__ = ["Census", "Program", "Recording", "engine_census", "random_program", "shrink"]
