"""The fields of a Kafka record, one after the other. Format: Kafka protocol, "Record" (zigzag varints)."""

MOST_BITS = 70  # of a varint of ten bytes, which holds 64
CONTINUES = 0x80


class Fields:
    """Reads bytes from the front; each method raises ValueError where they do not hold what is asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def at_end(self) -> bool:
        """Whether all bytes have been read."""
        return self.at == len(self.data)

    def varint(self) -> int:
        """Return a signed number."""
        value = shift = 0
        while shift < MOST_BITS:
            if self.at_end:
                raise ValueError("it is cut off within a number")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < CONTINUES:
                return (value >> 1) ^ -(value & 1)
            shift += 7
        raise ValueError("a number has more than ten bytes")

    def part(self, length: int) -> bytes:
        """Return so many bytes."""
        if not 0 <= length <= len(self.data) - self.at:
            raise ValueError(f"a part of {length} bytes where {len(self.data) - self.at} are left")
        self.at += length
        return self.data[self.at - length : self.at]

    def nullable(self) -> bytes | None:
        """Return bytes after their length; a negative one stands for null."""
        length = self.varint()
        return None if length < 0 else self.part(length)
