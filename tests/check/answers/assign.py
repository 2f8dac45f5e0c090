"""check_assign: bodies of my_assign(points, centroids)."""

RIGHT = """
# two loops
labels = []
for p in points:
    best, nearest = 0, float("inf")
    for k, c in enumerate(centroids):
        d = sum((a - b) ** 2 for a, b in zip(p, c))
        if d < nearest:
            best, nearest = k, d
    labels.append(best)
return labels
# a tuple
return tuple(int(((centroids - p) ** 2).sum(1).argmin()) for p in points)
# broadcasting
return ((points[:, None] - centroids) ** 2).sum(-1).argmin(-1)
# the other way round
return ((centroids[:, None] - points) ** 2).sum(2).argmin(0)
# a copy for each centroid, and operators in place
table = []
for c in centroids:
    d = points.copy(); d -= c; d **= 2
    table.append(d.sum(axis=1))
return np.argmin(table, axis=0)
# a buffer
buffer, table = np.empty_like(points), []
for c in centroids:
    np.subtract(points, c, out=buffer)
    table.append((buffer * buffer).sum(axis=1))
return np.argmin(table, axis=0)
# a table of the points' own dtype
table = np.zeros((len(points), len(centroids)), dtype=points.dtype)
for k, c in enumerate(centroids):
    table[:, k] = ((points - c) ** 2).sum(1)
return table.argmin(1)
# roots
return [int(np.argmin([np.sqrt(((p - c) ** 2).sum()) for c in centroids])) for p in points]
# norms
return np.linalg.norm(points[:, None] - centroids, axis=2).argmin(1)
# mean squares
return ((points[:, None] - centroids) ** 2).mean(2).argmin(1)
# expanded square
return ((centroids**2).sum(1) - 2 * points @ centroids.T).argmin(1)
# half of the expanded square, argmax
return (points @ centroids.T - (centroids**2).sum(1) / 2).argmax(1)
# math.dist and min
return [min(range(len(centroids)), key=lambda k: math.dist(p, centroids[k])) for p in points]
# index of min
rows = [[math.dist(p, c) for c in centroids] for p in points.tolist()]
return [row.index(min(row)) for row in rows]
# sorted pairs
return [sorted((math.dist(p, c), k) for k, c in enumerate(centroids))[0][1] for p in points]
# a while loop
labels, m = [], 0
while m < len(points):
    best, k = 0, 1
    while k < len(centroids):
        if np.sum((points[m] - centroids[k]) ** 2) < np.sum((points[m] - centroids[best]) ** 2):
            best = k
        k += 1
    labels.append(best); m += 1
return np.array(labels)
# from above, ties replaced
labels, near = np.zeros(len(points), dtype=np.uint8), np.full(len(points), np.inf)
for k in reversed(range(len(centroids))):
    d = ((points - centroids[k]) ** 2).sum(1)
    labels[d <= near], near = k, np.minimum(d, near)
return labels
# where
labels, near = np.zeros(len(points), int), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.sqrt(((points - c) ** 2).sum(axis=1))
    labels, near = np.where(d < near, k, labels), np.minimum(d, near)
return labels
# argsort, stable
return np.argsort(((points[:, None] - centroids) ** 2).sum(2), axis=1, kind="stable")[:, 0]
# scipy, imported inside
from scipy.spatial.distance import cdist
return cdist(points, centroids).argmin(axis=1)
# nearest is None at first
labels = []
for p in points:
    nearest = None
    for k in range(len(centroids)):
        d = np.dot(p - centroids[k], p - centroids[k])
        if nearest is None or d < nearest:
            nearest, label = d, k
    labels.append(label)
return labels
# the first distance begins
labels = np.zeros(len(points), dtype=int)
for m in range(len(points)):
    nearest = ((points[m] - centroids[0]) ** 2).sum()
    for k in range(1, len(centroids)):
        d = ((points[m] - centroids[k]) ** 2).sum()
        if d < nearest:
            nearest = d; labels[m] = k
return labels
# a dictionary
out = {}
for m, p in enumerate(points):
    out[m] = min((float(((p - c) ** 2).sum()), k) for k, c in enumerate(centroids))[1]
return list(out.values())
# einsum
d = points[:, None] - centroids
return np.einsum("mkn,mkn->mk", d, d).argmin(axis=1)
# feature by feature
table = np.zeros((len(points), len(centroids)))
for n in range(points.shape[1]):
    table += np.subtract.outer(points[:, n], centroids[:, n]) ** 2
return table.argmin(axis=1)
# a helper and apply_along_axis
def nearest(p):
    return np.argmin(np.linalg.norm(centroids - p, axis=1))
return np.apply_along_axis(nearest, 1, points)
# float32 is near enough
p, c = points.astype(np.float32), centroids.astype(np.float32)
return ((p[:, None] - c) ** 2).sum(2).argmin(1).astype(np.int32)
# numbers of the notebook that change nothing
def mine(points, centroids):
    table = ((points[:, None] - centroids) ** 2).sum(2) + 0 * EPS
    return table.argmin(axis=AXIS)
AXIS, EPS, NAMES = 1, 1, ["A", "B"]
# complex numbers, where they fit
return np.array([np.hypot.reduce(abs(centroids - p), axis=1).argmin() for p in points], dtype=np.int16)
# divide the labels up by borders
labels = np.zeros(len(points), dtype=int)
for m, p in enumerate(points):
    for k in range(1, len(centroids)):
        a, b = centroids[labels[m]], centroids[k]
        if (p - (a + b) / 2) @ (b - a) > 0:
            labels[m] = k
return labels
# prints while it works
print("points", points.shape)
return np.argmin([((points - c) ** 2).sum(1) for c in centroids], 0)
"""

WRONG = """
# asks for input
k = int(input("How many? "))
return ((points[:, None] - centroids[:k]) ** 2).sum(2).argmin(1)
# ties not to the lower index
table = ((points[:, None] - centroids) ** 2).sum(2)
return [int(np.flatnonzero(row == row.min())[m % (row == row.min()).sum()]) for m, row in enumerate(table)]
# distance to the index, not the point
return [((m - centroids) ** 2).sum(1).argmin() for m in range(len(points))]
# distance to the index, not the centroid
return [min(range(len(centroids)), key=lambda k: math.dist(p, [k] * len(p))) for p in points]
# argmax for argmin
return ((points[:, None] - centroids) ** 2).sum(2).argmax(1)
# argmax for argmin
return [max(range(len(centroids)), key=lambda k: math.dist(p, centroids[k])) for p in points]
# sum before square
return ((points[:, None] - centroids).sum(2) ** 2).argmin(1)
# sum before square
return abs(points.mean(1)[:, None] - centroids.mean(1)).argmin(1)
# no square
return (points[:, None] - centroids).sum(2).argmin(1)
# wrong axis
return ((points[:, None] - centroids) ** 2).sum(2).argmin(0)
# wrong axis
return ((points[:, None] - centroids) ** 2).sum(1).argmin(1)
# wrong axis
return np.argmin(((points[:, None] - centroids) ** 2).sum(2))
# one distance for all points
best = np.argmin([np.linalg.norm(points - c) for c in centroids])
return [best] * len(points)
# one distance for all points
labels, near = np.zeros(len(points), int), np.inf
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c)
    if d < near:
        near = d; labels[:] = k
return labels
# features not added up
return [abs(p - centroids).argmin() for p in points]
# largest offset only
return abs(points[:, None] - centroids).max(2).argmin(1)
# product, not distance
return (points @ centroids.T).argmax(1)
# angle, not distance
a = np.sqrt((points**2).sum(1))[:, None] * np.sqrt((centroids**2).sum(1))
return (points @ centroids.T / a).argmax(1)
# first feature only
return abs(points[:, :1] - centroids[:, 0]).argmin(1)
# first feature left out
return ((points[:, None, 1:] - centroids[:, 1:]) ** 2).sum(2).argmin(1)
# first feature left out
table = np.zeros((len(points), len(centroids)))
for n in range(1, points.shape[1]):
    table += (points[:, n, None] - centroids[:, n]) ** 2
return table.argmin(1)
# last feature left out
return ((points[:, None, :-1] - centroids[:, :-1]) ** 2).sum(2).argmin(1)
# first two features only
return ((points[:, None, :2] - centroids[:, :2]) ** 2).sum(2).argmin(1)
# two features only
return ((points[:, None, 0] - centroids[:, 0]) ** 2 + (points[:, None, 1] - centroids[:, 1]) ** 2).argmin(1)
# two features only
return [min(range(len(centroids)), key=lambda k: (x - centroids[k][0]) ** 2 + (y - centroids[k][1]) ** 2) for x, y in points]
# first point left out
labels = np.zeros(len(points), int)
for m in range(1, len(points)):
    labels[m] = ((points[m] - centroids) ** 2).sum(1).argmin()
return labels
# first point left out
return [((points[m] - centroids) ** 2).sum(1).argmin() for m in range(1, len(points))]
# last point left out
return [((points[m] - centroids) ** 2).sum(1).argmin() for m in range(len(points) - 1)]
# only the first point
for p in points:
    return [((p - centroids) ** 2).sum(1).argmin()]
# last centroid left out
return ((points[:, None] - centroids[:-1]) ** 2).sum(2).argmin(1)
# first centroid left out
return ((points[:, None] - centroids[1:]) ** 2).sum(2).argmin(1) + 1
# nearest not reset
labels, near = np.zeros(len(points), int), np.inf
for m, p in enumerate(points):
    for k, c in enumerate(centroids):
        d = ((p - c) ** 2).sum()
        if d < near:
            near = d; labels[m] = k
return labels
# nearest not reset
labels, near, best = [], np.inf, 0
for p in points:
    for k, c in enumerate(centroids):
        if math.dist(p, c) < near:
            near = math.dist(p, c); best = k
    labels.append(best)
return labels
# label not reset
labels, best = [], 0
for p in points:
    near = math.dist(p, centroids[0])
    for k, c in enumerate(centroids):
        if math.dist(p, c) < near:
            near = math.dist(p, c); best = k
    labels.append(best)
return labels
# compared with the previous
labels = []
for p in points:
    best, before = 0, np.inf
    for k, c in enumerate(centroids):
        d = math.dist(p, c)
        if d < before:
            best = k
        before = d
    labels.append(best)
return labels
# compared with the previous
labels = np.zeros(len(points), int)
d = ((points[:, None] - centroids) ** 2).sum(2)
for m in range(len(points)):
    for k in range(1, len(centroids)):
        if d[m, k] < d[m, k - 1]:
            labels[m] = k
return labels
# first nearest too small
labels = []
for p in points:
    best, near = 0, 100
    for k, c in enumerate(centroids):
        d = ((p - c) ** 2).sum()
        if d < near: best, near = k, d
    labels.append(best)
return labels
# first nearest too small
labels = []
for p in points:
    best, near = 0, 999999
    for k, c in enumerate(centroids):
        d = ((p - c) ** 2).sum()
        if d < near: best, near = k, d
    labels.append(best)
return labels
# first nearest too small
labels, near = np.zeros(len(points), int), np.full(len(points), 1e9)
for k, c in enumerate(centroids):
    d = ((points - c) ** 2).sum(1)
    labels[d < near] = k; near = np.minimum(near, d)
return labels
# first nearest too small
labels, near = np.zeros(len(points), int), np.full(len(points), 10.0)
for k, c in enumerate(centroids):
    d = np.sqrt(((points - c) ** 2).sum(1))
    labels[d < near] = k; near = np.minimum(near, d)
return labels
# distance 0 skipped
labels = []
for p in points:
    best, near = 0, np.inf
    for k, c in enumerate(centroids):
        d = ((p - c) ** 2).sum()
        if 0 < d < near: best, near = k, d
    labels.append(best)
return labels
# stops at the first that is not nearer
labels = []
for p in points:
    best, near = 0, np.inf
    for k, c in enumerate(centroids):
        d = ((p - c) ** 2).sum()
        if d < near: best, near = k, d
        else: break
    labels.append(best)
return labels
# distances rounded
return ((points[:, None] - centroids) ** 2).sum(2).astype(int).argmin(1)
# distances rounded
return np.sqrt(((points[:, None] - centroids) ** 2).sum(2)).round(2).argmin(1)
# distances rounded
table = np.zeros((len(points), len(centroids)), dtype=int)
for k, c in enumerate(centroids): table[:, k] = np.sqrt(((points - c) ** 2).sum(1))
return table.argmin(1)
# distances rounded
d = np.sqrt(((points[:, None] - centroids) ** 2).sum(2))
return (d <= d.min(1, keepdims=True) + 0.1).argmax(1)
# distances rounded / integer truncation
p, c = points.astype(np.float16), centroids.astype(np.float16)
return ((p[:, None] - c) ** 2).sum(2).argmin(1)
# integer truncation
return ((points.astype(int)[:, None] - centroids.astype(int)) ** 2).sum(2).argmin(1)
# spread, not distance
return (points[:, None] - centroids).std(2).argmin(1)
# spread, not distance
return [np.argmin([np.var(p - c) for c in centroids]) for p in points]
# difference of lengths
return abs(np.linalg.norm(points, axis=1)[:, None] - np.linalg.norm(centroids, axis=1)).argmin(1)
# two clusters only
d = [((points - c) ** 2).sum(1) for c in centroids]
return (d[1] < d[0]).astype(int)
# two clusters only
d = ((points[:, None] - centroids[:2]) ** 2).sum(2)
return np.where(d[:, 0] <= d[:, -1], 0, 1)
# renumbered by appearance
seen, labels = {}, []
for p in points:
    k = int(((p - centroids) ** 2).sum(1).argmin())
    labels.append(seen.setdefault(k, len(seen)))
return labels
# one label for all
labels = []
for p in points:
    best, near, d = 0, np.inf, 0
    for k, c in enumerate(centroids):
        for a, b in zip(p, c): d += (a - b) ** 2
        if d < near: best, near = k, d
    labels.append(best)
return labels
# another power
return (abs(points[:, None] - centroids) ** 3).sum(2).argmin(1)
# another power
return ((points[:, None] - centroids) ** 3).sum(2).argmin(1)
# another power
return (abs(points[:, None] - centroids) ** 0.5).sum(2).argmin(1)
# power before minus
return [np.argmin([(p - c**2).sum() for c in centroids]) for p in points]
# power before minus
return abs((points[:, None] - centroids**2).sum(2)).argmin(1)
# 1-based labels
return ((points[:, None] - centroids) ** 2).sum(2).argmin(1) + 1
# ties to the last
labels = []
for p in points:
    best, near = 0, np.inf
    for k, c in enumerate(centroids):
        d = ((p - c) ** 2).sum()
        if d <= near: best, near = k, d
    labels.append(best)
return labels
# ties at random / ties not to the lower index
labels = []
for p in points:
    d = ((p - centroids) ** 2).sum(1)
    labels.append(np.random.default_rng().choice(np.flatnonzero(d == d.min())))
return labels
# distance, not label
return ((points[:, None] - centroids) ** 2).sum(2).min(1)
# distances, not labels
return np.sqrt(((points[:, None] - centroids) ** 2).sum(2))
# centroid, not label
return centroids[((points[:, None] - centroids) ** 2).sum(2).argmin(1)]
# letters, not numbers
return ["ABCDEFGHIJ"[int(((p - centroids) ** 2).sum(1).argmin())] for p in points]
# wrong dtype
labels = np.zeros(len(points))
for m, p in enumerate(points): labels[m] = ((p - centroids) ** 2).sum(1).argmin()
return labels
# no return
labels = ((points[:, None] - centroids) ** 2).sum(2).argmin(1)
# input changed in place
points -= points.mean(0); centroids -= centroids.mean(0)
return ((points[:, None] - centroids) ** 2).sum(2).argmin(1)
# input changed in place
centroids[:] = centroids[np.lexsort(centroids.T)]
return ((points[:, None] - centroids) ** 2).sum(2).argmin(1)
# raises IndexError
return [min(range(len(centroids) + 1), key=lambda k: math.dist(p, centroids[k])) for p in points]
# ^ for **
return ((points[:, None] - centroids) ^ 2).sum(2).argmin(1)
# reads a global
def mine(points, centroids):
    return ((POINTS[:, None] - centroids) ** 2).sum(2).argmin(1)
POINTS = np.arange(8.0).reshape(4, 2)
# reads a global
def mine(points, centroids):
    return [min(range(K), key=lambda k: math.dist(p, centroids[k])) for p in points]
K = 3
# first feature left out
def mine(points, centroids):
    d = points[:, None, 1:] - centroids[:, 1:]
    return (d**TWO).sum(2).argmin(1)
TWO, NAMES = 2, ["a", "b"]
# remembers between calls
def mine(points, centroids, labels=[]):
    for p in points: labels.append(((p - centroids) ** 2).sum(1).argmin())
    return labels
# does not stop in time
while True: pass
# groups, not labels
out = [[] for _ in centroids]
for p in points: out[((p - centroids) ** 2).sum(1).argmin()].append(p)
return out
# wrong shape
return ((points[:, None] - centroids) ** 2).sum(2).argmin(1)[:, None]
# labels out of range
return -((points[:, None] - centroids) ** 2).sum(2).argmin(1) - 1
# labels sorted
return sorted(int(((p - centroids) ** 2).sum(1).argmin()) for p in points)
# labels sorted
found = np.array([np.linalg.norm(centroids - p, axis=1).argmin() for p in points]); found.sort()
return found
# weighted features
w = np.arange(points.shape[1]) + 1
return [int((w * (centroids - p) ** 2).sum(1).argmin()) for p in points]
# weighted features
s = points.std(axis=0)
return [int((((centroids - p) / s) ** 2).sum(axis=1).argmin()) for p in points]
# weighted features
w = [2, *[1] * (len(points[0]) - 1)]
return [min(range(len(centroids)), key=lambda k: sum(a * (x - y) ** 2 for a, x, y in zip(w, p, centroids[k]))) for p in points]
"""
