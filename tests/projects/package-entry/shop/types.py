import typing as t

NAME: t.Final = "shop "
