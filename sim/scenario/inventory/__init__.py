"""What a scenario holds, whole, and what is to be told of it: :func:`inventory`."""

from sim.scenario.inventory.contents import Inventory, inventory
from sim.scenario.inventory.effects import arms_without_effect, notices
from sim.scenario.inventory.printed import render

__all__ = ["Inventory", "arms_without_effect", "inventory", "notices", "render"]
