"""What a scenario holds, whole, and what is to be told of it: :func:`inventory`."""

from sim.inventory.effects import arms_without_effect, notices
from sim.inventory.entries import Inventory, inventory
from sim.inventory.tables import render

__all__ = ["Inventory", "arms_without_effect", "inventory", "notices", "render"]
