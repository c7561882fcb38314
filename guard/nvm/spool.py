"""What waits for one sink: numbered segments of whole events, and how far they have been delivered.

    STATE/spool/UID/taken/NAME          a journal that was taken away, not yet turned into events
    STATE/spool/UID/ready/SEQ-NAME/     the events made of it, not yet in every sink's folder
    STATE/spool/UID/SINK/SEQ            a segment: events as lines of JSON
    STATE/spool/UID/SINK/state          how far: see Queue

SEQ only grows. A segment that is numbered at or below ``done`` was delivered whole; one that turns up again, because a
recorder was killed between two steps, is removed unread. So each step can be repeated, and none delivers twice.
"""

import json
import os

from .files import Lock, folder, read, remove, replace, size

STATE = "state"
LOCK = "lock"
NOT_SINKS = ("taken", "ready")
_FRESH = {
    "done": 0,  # the last segment that was delivered whole
    "offset": 0,  # bytes delivered of the one after it
    "delivered": 0,  # events
    "dropped": 0,  # events given up at the bound, in all
    "reported": 0,  # of those, how many an event has told of
    "rejected": 0,  # events that the receiver will never take
    "failures": 0,  # tries in a row
    "next_try": 0,  # epoch seconds
    "error": "",
    "error_at": 0,  # epoch seconds
    "delivered_at": 0,  # epoch seconds
}


class Queue:
    """The segments of one sink. ``state`` is a dict with the keys of _FRESH. All but ``offer`` needs ``lock`` held."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)
        self.lock = Lock(path + "/" + LOCK)
        self.state = self._load()

    def _load(self):
        try:
            known = json.loads(read(self.path + "/" + STATE) or b"{}")
        except ValueError:
            known = {}  # torn by a power cut: what is there is delivered again, under the same event ids
        if not isinstance(known, dict) or any(type(known.get(key)) is not type(_FRESH[key]) for key in _FRESH):
            known = {}
        return {key: known.get(key, fresh) for key, fresh in _FRESH.items()}

    def reload(self):
        """Read the state again: another recorder may have delivered since."""
        self.state = self._load()

    def save(self):
        replace(self.path + "/" + STATE, json.dumps(self.state).encode())

    def offer(self, number, source):
        """Put the segment file ``source`` into this queue as ``number``; one that is there already is left."""
        target = "%s/%d" % (folder(self.path), number)
        try:
            os.link(source, target)
        except FileExistsError:
            pass
        except OSError:  # no hard links on this file system
            replace(target, read(source), sync=True)

    def numbers(self):
        """The numbers of every segment in the folder, in order."""
        try:
            return sorted(int(name) for name in os.listdir(self.path) if name.isdigit())
        except FileNotFoundError:
            return []

    def waiting(self):
        """The numbers of the segments still to be delivered."""
        return [number for number in self.numbers() if number > self.state["done"]]

    def bytes(self):
        """Bytes still to be delivered."""
        return max(0, sum(size("%s/%d" % (self.path, n)) for n in self.waiting()) - self.state["offset"])

    def events(self):
        """How many events wait. It reads them all: for a person who asks."""
        count, offset = 0, self.state["offset"]
        for number in self.waiting():
            count += (read("%s/%d" % (self.path, number)) or b"")[offset:].count(b"\n")
            offset = 0
        return count

    def clear(self):
        """Remove what was delivered already."""
        for number in self.numbers():
            if number <= self.state["done"]:
                remove("%s/%d" % (self.path, number))

    def batch(self, lines, length):
        """The next events as a list of bytes (at most ``lines``, and ``length`` bytes unless one alone is longer)."""
        self.clear()
        for number in self.waiting():
            with open("%s/%d" % (self.path, number), "rb") as file:
                file.seek(self.state["offset"])
                data = file.read(max(length, 1) + 1)
                while b"\n" not in data:
                    more = file.read(1 << 20)
                    if not more:
                        break
                    data += more
            found = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)[:lines]
            taken: list[bytes] = []
            total = 0
            for line in found:
                if taken and total + len(line) > length:
                    break
                taken.append(line)
                total += len(line)
            if taken:
                return [line[:-1] for line in taken]
            self._finish(number)  # at its end
        return []

    def advance(self, batch, now):
        """The events of ``batch`` were delivered."""
        self._move(batch)
        delivered = self.state["delivered"] + len(batch)
        self.state.update(delivered=delivered, failures=0, next_try=0, error="", delivered_at=now)
        self.save()

    def reject(self, event, now, error):
        """One event that the receiver will never take is passed over, and counted."""
        self._move([event])
        self.state.update(rejected=self.state["rejected"] + 1, error=error, error_at=now)
        self.save()

    def _move(self, batch):
        waiting = self.waiting()
        self.state["offset"] += sum(len(line) + 1 for line in batch)
        if waiting and self.state["offset"] >= size("%s/%d" % (self.path, waiting[0])):
            self.state.update(done=waiting[0], offset=0)

    def _finish(self, number):
        self.state.update(done=number, offset=0)
        self.save()
        remove("%s/%d" % (self.path, number))

    def fail(self, error, now, delay):
        """Delivery failed: when to try again (seconds from ``now``), and why."""
        failures = self.state["failures"] + 1
        self.state.update(failures=failures, error=error, error_at=now, next_try=int(now + delay + 1))
        self.save()

    def shrink(self, bound):
        """Give up the oldest segments until no more than ``bound`` bytes wait; the newest one always stays."""
        waiting = self.waiting()
        sizes = [size("%s/%d" % (self.path, number)) for number in waiting]
        total = sum(sizes) - self.state["offset"]
        while total > bound and len(waiting) > 1:
            number, length = waiting.pop(0), sizes.pop(0)
            data = read("%s/%d" % (self.path, number)) or b""
            lost = data[self.state["offset"] :].count(b"\n")
            total -= length - self.state["offset"]
            self.state.update(done=number, offset=0, dropped=self.state["dropped"] + lost)
            self.save()
            remove("%s/%d" % (self.path, number))


class Spool:
    """All queues of one user's journal."""

    def __init__(self, home, uid):
        self.path = "%s/spool/%d" % (home.state, uid)
        self.taken = self.path + "/taken"
        self.ready = self.path + "/ready"

    def queue(self, name):
        return Queue("%s/%s" % (self.path, name))

    def queues(self):
        """Every queue that has a folder, in or out of the settings."""
        try:
            names = sorted(os.listdir(self.path))
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [self.queue(name) for name in names if name not in NOT_SINKS and os.path.isdir(self.path + "/" + name)]

    def last_number(self):
        """The highest number that any segment ever had."""
        numbers = [0]
        for queue in self.queues():
            numbers += [queue.state["done"], *queue.numbers()[-1:]]
        for name in ready_folders(self):
            numbers += [int(part) for part in os.listdir(self.ready + "/" + name)]
            numbers.append(int(name.partition("-")[0]))
        return max(numbers)


def ready_folders(spool):
    """Names of the folders of events that are whole but not yet in every queue, oldest first."""
    try:
        names = [name for name in os.listdir(spool.ready) if name.partition("-")[0].isdigit()]
    except FileNotFoundError:
        return []
    return sorted(names, key=lambda name: int(name.partition("-")[0]))
