"""The quickstart suite: five small tasks over clips of clear synthetic speech, shipped with the package."""
