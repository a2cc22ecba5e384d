"""Putting the platform on an app's database: detect, examine, create, provision; and checking that all of it still holds."""

from swannery.deployment.checking import Trouble, check
from swannery.deployment.deploying import DeployRequest, DeployResult, deploy
from swannery.deployment.examining import Repair, StoppedByFinding

__all__ = ["DeployRequest", "DeployResult", "Repair", "StoppedByFinding", "Trouble", "check", "deploy"]
