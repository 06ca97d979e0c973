"""What goes wrong with a deployment."""


class DeploymentError(Exception):
    """Something that a person has to look at, in one line or with a server's last words."""
