"""check_steps: bodies of my_steps(points, centroids). `assign` and `update` are right half-steps of the learner's own."""

RIGHT = """
# as in the lesson
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# lists
labels = assign(points, centroids)
yield ["start", centroids.tolist(), labels.tolist()]
going = True
while going:
    old, centroids = centroids, update(points, labels, centroids)
    yield ["update", centroids.tolist(), labels.tolist()]
    going = not np.array_equal(old, centroids)
    if going:
        labels = assign(points, centroids)
        yield ["assign", centroids.tolist(), labels.tolist()]
# a for loop with a break
labels = assign(points, centroids)
yield "start", centroids, labels
for i in range(1000):
    before = centroids
    centroids = update(points, labels, before)
    yield "update", centroids, labels
    if np.allclose(before, centroids): break
    labels = assign(points, centroids)
    yield "assign", centroids, labels
# turns
phase, labels = "start", assign(points, centroids)
while True:
    yield phase, centroids, labels
    if phase == "update":
        if not moving: return
        phase, labels = "assign", assign(points, centroids)
    else:
        phase, old, centroids = "update", centroids, update(points, labels, centroids)
        moving = (old != centroids).any()
# recursion
def go_on(c):
    l = assign(points, c)
    m = update(points, l, c)
    yield "update", m, l
    if not np.array_equal(m, c):
        yield "assign", m, assign(points, m)
        yield from go_on(m)
yield "start", centroids, assign(points, centroids)
yield from go_on(centroids)
# a class with __next__
class Run:
    def __init__(self): self.c, self.phase = centroids, None
    def __iter__(self): return self
    def __next__(self):
        if self.phase == "done": raise StopIteration
        if self.phase in ("start", "assign"):
            m = update(points, self.l, self.c)
            self.phase = "done" if (m == self.c).all() else "update"
            self.c = m
            return "update", m, self.l
        self.phase, self.l = "assign" if self.phase else "start", assign(points, self.c)
        return self.phase, self.c, self.l
return Run()
# records
from types import SimpleNamespace as Step
l = assign(points, centroids)
yield Step(phase="start", centroids=centroids, labels=l, iteration=0)
i = 1
while True:
    m = update(points, l, centroids)
    yield Step(phase="update", centroids=m, labels=l, iteration=i)
    if not (m - centroids).any(): break
    centroids = m; l = assign(points, m)
    yield Step(phase="assign", centroids=m, labels=l, iteration=i); i += 1
# copies of arrays that change in place
c, l = centroids.copy(), assign(points, centroids)
yield "start", c.copy(), l.copy()
while True:
    old = c.copy(); c[:] = update(points, l, c)
    yield "update", c.copy(), l.copy()
    if np.array_equal(old, c): break
    l[:] = assign(points, c)
    yield "assign", c.copy(), l.copy()
# stops by the largest move
l = assign(points, centroids)
yield "start", centroids, l
move = 1
while move > 0:
    m = update(points, l, centroids)
    move = abs(m - centroids).max(); centroids = m
    yield "update", m, l
    if move > 0:
        l = assign(points, m)
        yield "assign", m, l
# a history that it keeps
history = [("start", centroids, assign(points, centroids))]
yield history[0]
while True:
    _, c, l = history[-1]
    history.append(("update", update(points, l, c), l))
    yield history[-1]
    if np.array_equal(history[-1][1], c): return
    c = history[-1][1]
    history.append(("assign", c, assign(points, c)))
    yield history[-1]
# map over another generator
def inner():
    c, l = centroids, assign(points, centroids)
    yield 0, c, l
    while True:
        m = update(points, l, c)
        yield 1, m, l
        if (m == c).all(): return
        c, l = m, assign(points, m)
        yield 2, c, l
return ((["start", "update", "assign"][i], c, l) for i, c, l in inner())
# the model of the course, with half-steps of one's own
from kmeans_teach import KMeansND
return KMeansND(points, centroids, assign=assign, update=update).steps()
"""

WRONG = """
# only the last step
labels = assign(points, centroids)
while True:
    moved = update(points, labels, centroids)
    if (moved == centroids).all(): break
    centroids, labels = moved, assign(points, moved)
yield "update", centroids, labels
# stops early / a fixed number of rounds / only the start
labels = assign(points, centroids)
yield "start", centroids, labels
for _ in range(1):
    centroids = update(points, labels, centroids)
    yield "update", centroids, labels
# stops at the wrong step
labels = assign(points, centroids)
yield "start", centroids, labels
going = len(points)
while going > 0:
    old, centroids = centroids, update(points, labels, centroids)
    yield "update", centroids, labels
    labels = assign(points, centroids)
    yield "assign", centroids, labels
    going -= 2 + int((old == centroids).all())
# does not yield the start
labels = assign(points, centroids)
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# start twice
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    yield "start", centroids, labels
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# start twice
labels = assign(points, centroids)
yield "start", centroids, labels
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# assigns before the first update
yield "start", centroids, assign(points, centroids)
while True:
    labels = assign(points, centroids)
    yield "assign", centroids, labels
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids = moved
# start without labels
labels = np.zeros(len(points), int)
yield "start", centroids, labels
while True:
    labels = assign(points, centroids)
    yield "assign", centroids, labels
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids = moved
# stops when the labels stay
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    centroids = update(points, labels, centroids)
    yield "update", centroids, labels
    old, labels = labels, assign(points, centroids)
    yield "assign", centroids, labels
    if (old == labels).all(): return
# stops when the labels stay
labels, old = assign(points, centroids), None
yield "start", centroids, labels
while not np.array_equal(labels, old):
    centroids = update(points, labels, centroids)
    yield "update", centroids, labels
    old, labels = labels, assign(points, centroids)
    yield "assign", centroids, labels
# stops when the labels stay
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    centroids = update(points, labels, centroids)
    yield "update", centroids, labels
    old, labels = labels, assign(points, centroids)
    if (old == labels).all(): return
    yield "assign", centroids, labels
# a fixed number of rounds
labels = assign(points, centroids)
yield "start", centroids, labels
for _ in range(5):
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# a fixed number of rounds / stops at the wrong step
labels = assign(points, centroids)
yield "start", centroids, labels
for _ in range(3):
    centroids = update(points, labels, centroids)
    yield "update", centroids, labels
    labels = assign(points, centroids)
    yield "assign", centroids, labels
# a fixed number of rounds / goes on after the stop
labels = assign(points, centroids)
yield "start", centroids, labels
for _ in range(30):
    centroids = update(points, labels, centroids)
    yield "update", centroids, labels
    labels = assign(points, centroids)
    yield "assign", centroids, labels
# stops at a small move
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if abs(moved - centroids).max() < 0.1: return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# stops at a small move
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if np.allclose(moved, centroids, rtol=1e-3): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# stops at a small move
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if np.linalg.norm(moved - centroids) < 0.001: return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# stops at a small move
labels = assign(points, centroids)
yield "start", centroids, labels
cost = ((points - centroids[labels]) ** 2).sum()
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    new = ((points - moved[labels]) ** 2).sum()
    if cost - new < 0.01 * cost: return
    cost = new
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# all steps computed first
out, labels = [("start", centroids, assign(points, centroids))], assign(points, centroids)
while True:
    moved = update(points, labels, centroids)
    out.append(("update", moved, labels))
    if (moved == centroids).all(): break
    centroids, labels = moved, assign(points, moved)
    out.append(("assign", centroids, labels))
yield from out
# own start
centroids = points[np.random.default_rng(1).choice(len(points), len(centroids), replace=False)]
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# own start
centroids = points[: len(centroids)].copy()
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# the first update as start
labels = assign(points, centroids)
centroids = update(points, labels, centroids)
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# remembers between calls
def mine(points, centroids, state={}):
    state.setdefault("c", centroids)
    c = state["c"]
    if c.shape != centroids.shape: c = centroids
    labels = assign(points, c)
    yield "start", c, labels
    while True:
        moved = update(points, labels, c)
        yield "update", moved, labels
        if (moved == c).all():
            state["c"] = c
            return
        c, labels = moved, assign(points, moved)
        yield "assign", c, labels
# mixes half-steps
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    labels = assign(points, moved)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids = moved
# mixes half-steps
while True:
    labels = assign(points, centroids)
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids = moved
# mixes half-steps
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
# does not stop in time
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    centroids = update(points, labels, centroids)
    yield "update", centroids, labels
    labels = assign(points, centroids)
    yield "assign", centroids, labels
# does not stop in time
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if moved is centroids: return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# goes on after the stop
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    done = (moved == centroids).all()
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
    if done: return
# stops one early
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    if (moved == centroids).all(): return
    yield "update", moved, labels
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# argmax for argmin
def nearest(p, c): return ((p[:, None] - c) ** 2).sum(2).argmax(1)
labels = nearest(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, nearest(points, moved)
    yield "assign", centroids, labels
# ties to the last
def nearest(p, c): return len(c) - 1 - ((p[:, None] - c[::-1]) ** 2).sum(2).argmin(1)
labels = nearest(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, nearest(points, moved)
    yield "assign", centroids, labels
# half-way
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = (update(points, labels, centroids) + centroids) / 2
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# empty cluster as NaN
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = np.array([points[labels == k].mean(0) for k in range(len(centroids))])
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# empty cluster as zeros
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = np.zeros_like(centroids)
    for k in set(labels): moved[k] = points[labels == k].mean(0)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# median, not mean
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = centroids.copy()
    for k in set(labels): moved[k] = np.median(points[labels == k], axis=0)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# first feature only
def nearest(p, c): return abs(p[:, :1] - c[:, 0]).argmin(1)
labels = nearest(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, nearest(points, moved)
    yield "assign", centroids, labels
# wrong axis
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = centroids.copy()
    for k in set(labels): moved[k] = points[labels == k].mean()
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# rounded
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids).round(2)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# wrong dtype / rounded
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids).astype(np.float32)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# not a step
labels = assign(points, centroids)
yield print("start")
# not a step
yield
# the same array each time
centroids, labels = centroids.copy(), assign(points, centroids)
yield "start", centroids, labels
while True:
    old = centroids.copy(); centroids[:] = update(points, labels, centroids)
    yield "update", centroids, labels
    if (old == centroids).all(): return
    labels = assign(points, centroids)
    yield "assign", centroids, labels
# a list, not a generator
return [("start", centroids, assign(points, centroids))]
# no stream
return "start"
# no yield
print("start", centroids)
# one step, not a stream
return "start", centroids, assign(points, centroids)
# only the start
yield "start", centroids, assign(points, centroids)
return
# never assigns again
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids = moved
# wrong phase
labels = assign(points, centroids)
yield "begin", centroids, labels
while True:
    moved = update(points, labels, centroids)
    yield "move", moved, labels
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "label", centroids, labels
# leaves out the updates
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, labels, centroids)
    if (moved == centroids).all(): return
    centroids, labels = moved, assign(points, moved)
    yield "assign", centroids, labels
# updates from the start / never assigns again / mean over all points / -
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, assign(points, centroids), centroids)
    yield "update", moved, labels
    if (moved == centroids).all(): return
    centroids = moved
# input changed in place
labels = assign(points, centroids)
yield "start", centroids.copy(), labels
while True:
    old = centroids.copy(); centroids[:] = update(points, labels, centroids)
    yield "update", centroids.copy(), labels
    if (old == centroids).all(): return
    labels = assign(points, centroids)
    yield "assign", centroids.copy(), labels
# raises NameError
labels = assign(points, centroids)
yield "start", centroids, labels
while True:
    moved = update(points, label, centroids)
    yield "update", moved, labels
"""
