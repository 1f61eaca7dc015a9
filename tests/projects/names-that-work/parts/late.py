import sys

import parts


def later():
    # Both exist by the time that this runs.
    return parts.STARRED, helper()


def helper():
    return sys.version_info


class Node:
    children: list[Node] if sys.version_info >= (3, 14) else list

    def parent(self) -> "Node":
        return self
