"""`manyvoices demo`: a whole forum on this machine, over real sockets, with a clock that is moved."""

from bridge.demo.play import run_demo

__all__ = ["run_demo"]
