"""The other exercises, a name each: (arguments, right answers, wrong answers)."""

LINE_ASSIGN = (
    "points, centroids",
    """
# a list
return [int(abs(p - centroids).argmin()) for p in points]
# a tuple
return tuple(int(abs(p - centroids).argmin()) for p in points)
# squares
return ((points[:, None] - centroids) ** 2).argmin(axis=1)
# plain loops
out = []
for p in points:
    best = 0
    for k in range(1, len(centroids)):
        if abs(p - centroids[k]) < abs(p - centroids[best]): best = k
    out.append(best)
return out
# the other table
return abs(centroids[:, None] - points).argmin(axis=0)
# min with a key
return [min(range(len(centroids)), key=lambda k: abs(p - centroids[k])) for p in points]
# subtract.outer
return np.argmin(np.abs(np.subtract.outer(points, centroids)), axis=1).astype(np.int8)
# a running minimum
labels, near = np.zeros(len(points), int), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = abs(points - c); labels[d < near] = k; near = np.minimum(near, d)
return labels
""",
    """
# argmax for argmin
return abs(points[:, None] - centroids).argmax(1)
# no square
return (points[:, None] - centroids).argmin(1)
# wrong axis
return abs(points[:, None] - centroids).argmin(0)
# wrong axis
return abs(points[:, None] - centroids).argmin()
# ties to the last
return [max(range(len(centroids)), key=lambda k: (-abs(p - centroids[k]), k)) for p in points]
# 1-based labels
return abs(points[:, None] - centroids).argmin(1) + 1
# input changed in place
points.sort()
return abs(points[:, None] - centroids).argmin(1)
# input changed in place
centroids.sort()
return abs(points[:, None] - centroids).argmin(1)
# distance, not label
return abs(points[:, None] - centroids).min(1)
# centroid, not label
return centroids[abs(points[:, None] - centroids).argmin(1)]
# two clusters only
return (abs(points - centroids[1]) < abs(points - centroids[0])).astype(int)
# raises ValueError
a, b, c = centroids
return [[abs(p - a), abs(p - b), abs(p - c)].index(min(abs(p - a), abs(p - b), abs(p - c))) for p in points]
# last centroid left out
return abs(points[:, None] - centroids[:-1]).argmin(1)
# no return
abs(points[:, None] - centroids).argmin(1)
# compared with the previous
out = []
for p in points:
    best, before = 0, np.inf
    for k, c in enumerate(centroids):
        if abs(p - c) < before: best = k
        before = abs(p - c)
    out.append(best)
return out
# distances, not labels
return abs(points[:, None] - centroids)
""",
)

LINE_UPDATE = (
    "points, labels, centroids",
    """
# a list
return [points[labels == k].mean() if k in labels else c for k, c in enumerate(centroids)]
# a tuple
return tuple(float(points[labels == k].mean()) if k in labels else float(c) for k, c in enumerate(centroids))
# bincount
n = np.bincount(labels, minlength=len(centroids))
return np.where(n > 0, np.bincount(labels, points, minlength=len(n)) / np.maximum(n, 1), centroids)
# a copy
new = centroids.copy()
for k in set(labels.tolist()): new[k] = points[labels == k].mean()
return new
# sums in lists
s, n = [0.0] * len(centroids), [0] * len(centroids)
for p, l in zip(points, labels): s[l] += p; n[l] += 1
return [a / b if b else c for a, b, c in zip(s, n, centroids)]
# an empty array
new = np.empty(len(centroids))
for k in range(len(new)):
    own = points[labels == k]
    new[k] = own.sum() / own.size if own.size else centroids[k]
return new
# statistics
import statistics
return [statistics.fmean(points[labels == k]) if k in labels else c for k, c in enumerate(centroids)]
# add.at
s = np.zeros_like(centroids); np.add.at(s, labels, points)
n = (labels[:, None] == np.arange(len(s))).sum(0)
return np.divide(s, n, out=centroids.copy(), where=n > 0)
""",
    """
# median, not mean
return [np.median(points[labels == k]) if k in labels else c for k, c in enumerate(centroids)]
# middle of the range
return [(points[labels == k].min() + points[labels == k].max()) / 2 if k in labels else c for k, c in enumerate(centroids)]
# half of the last
new, seen = centroids.copy(), set()
for p, l in zip(points, labels):
    new[l] = (new[l] + p) / 2 if l in seen else p; seen.add(l)
return new
# input changed in place
for k in range(len(centroids)):
    if k in labels: centroids[k] = points[labels == k].mean()
return centroids
# input changed in place
new = np.array([points[labels == k].mean() if k in labels else c for k, c in enumerate(centroids)])
points += 1
return new
# input changed in place
new = np.array([points[labels == k].mean() if k in labels else c for k, c in enumerate(centroids)])
labels[:] = 0
return new
# empty cluster as NaN
return np.array([points[labels == k].mean() for k in range(len(centroids))])
# empty cluster as zeros
return np.array([points[labels == k].sum() / max(1, (labels == k).sum()) for k in range(len(centroids))])
# empty cluster dropped
return np.array([points[labels == k].mean() for k in np.unique(labels)])
# sum, not mean
return [points[labels == k].sum() if k in labels else c for k, c in enumerate(centroids)]
# mean over all points
return [points.mean() for c in centroids]
# last one wins
new = centroids.copy(); new[labels] = points
return new
# integer truncation
new = np.zeros(len(centroids), int)
for k, c in enumerate(centroids): new[k] = points[labels == k].mean() if k in labels else c
return new
# rounded
return [round(points[labels == k].mean(), 1) if k in labels else c for k, c in enumerate(centroids)]
# empty cluster moved
return [points[labels == k].mean() if k in labels else points.mean() for k in range(len(centroids))]
# raises IndexError
return np.array([points[labels == 0].mean(), points[labels == 1].mean(), centroids[2]])
""",
)

SQUARED = (
    "points, centroids",
    """
# as in the solution
t = np.zeros((len(points), len(centroids)))
for n in range(points.shape[1]): t += (points[:, n, None] - centroids[:, n]) ** 2
return t
# lists
return [[sum((a - b) ** 2 for a, b in zip(p, c)) for c in centroids.tolist()] for p in points.tolist()]
# a column for each centroid
return np.column_stack([((points - c) ** 2).sum(1) for c in centroids])
# a row for each point
return np.array([((centroids - p) ** 2).sum(axis=1) for p in points])
# expanded
return (points**2).sum(1)[:, None] - 2 * points @ centroids.T + (centroids**2).sum(1)
# subtract.outer
return sum(np.subtract.outer(p, c) ** 2 for p, c in zip(points.T, centroids.T))
# cdist
from scipy.spatial.distance import cdist
return cdist(points, centroids, "sqeuclidean")
# dist squared
t = np.empty((len(points), len(centroids)))
for m, k in np.ndindex(t.shape): t[m, k] = math.dist(points[m], centroids[k]) ** 2
return t
# a tuple of rows
return tuple(tuple(float(np.dot(p - c, p - c)) for c in centroids) for p in points)
""",
    """
# first feature only
return (points[:, :1] - centroids[:, 0]) ** 2
# first three features only
t = np.zeros((len(points), len(centroids)))
for n in range(min(3, points.shape[1])): t += (points[:, n, None] - centroids[:, n]) ** 2
return t
# makes the block
return ((points[:, None] - centroids) ** 2).sum(2)
# makes the block
return np.square(points[:, None, :] - centroids[None]).sum(axis=-1)
# makes the block
a, b = np.repeat(points, len(centroids), 0), np.tile(centroids, (len(points), 1))
return ((a - b) ** 2).sum(1).reshape(len(points), -1)
# distances, not their squares
return np.array([np.linalg.norm(centroids - p, axis=1) for p in points])
# sum before square
return (points.sum(1)[:, None] - centroids.sum(1)) ** 2
# table turned round
return np.array([((points - c) ** 2).sum(1) for c in centroids])
# raises IndexError / first three features only
t = np.zeros((len(points), len(centroids)))
for n in range(3): t += (points[:, n, None] - centroids[:, n]) ** 2
return t
# raises IndexError / first three features only
return np.column_stack([((points - centroids[k]) ** 2).sum(1) for k in range(3)])
# integer truncation
t = np.zeros((len(points), len(centroids)), int)
for k, c in enumerate(centroids): t[:, k] = ((points - c) ** 2).sum(1)
return t
# input changed in place
t = np.array([((centroids - p) ** 2).sum(axis=1) for p in points])
points *= 0
return t
# constants / wrong shape / -
return np.array([[0, 48, 1], [169, 65, 164]])
# last feature left out
t = np.zeros((len(points), len(centroids)))
for n in range(points.shape[1] - 1): t += (points[:, n, None] - centroids[:, n]) ** 2
return t
# no square
t = np.zeros((len(points), len(centroids)))
for n in range(points.shape[1]): t += abs(points[:, n, None] - centroids[:, n])
return t
# no return
t = np.array([((centroids - p) ** 2).sum(axis=1) for p in points])
# product, not distance
return points @ centroids.T
# labels, not distances
return np.array([((centroids - p) ** 2).sum(axis=1).argmin() for p in points])
""",
)

INERTIA = (
    "points, labels, centroids",
    """
# fancy index
return ((points - centroids[labels]) ** 2).sum()
# a loop
total = 0
for p, l in zip(points, labels): total += ((p - centroids[l]) ** 2).sum()
return total
# a 0-d array
return np.array(((points - centroids[labels]) ** 2).sum())
# plain Python
return sum((a - b) ** 2 for p, l in zip(points.tolist(), labels.tolist()) for a, b in zip(p, centroids[l].tolist()))
# by cluster
return sum(((points[labels == k] - c) ** 2).sum() for k, c in enumerate(centroids))
# a dot product
d = (points - centroids[labels]).ravel()
return d @ d
# norm squared
return np.linalg.norm(points - centroids[labels]) ** 2
# fsum
return math.fsum(math.dist(p, centroids[l]) ** 2 for p, l in zip(points, labels))
# fractions
from fractions import Fraction
return sum(Fraction(x) ** 2 for x in (points - centroids[labels]).ravel().tolist())
""",
    """
# input changed in place
points -= centroids[labels]
return (points**2).sum()
# mean, not sum
return ((points - centroids[labels]) ** 2).sum(1).mean()
# mean, not sum
return ((points - centroids[labels]) ** 2).mean()
# root of the sum
return np.sqrt(((points - centroids[labels]) ** 2).sum())
# distances, not their squares
return np.linalg.norm(points - centroids[labels], axis=1).sum()
# no square
return abs(points - centroids[labels]).sum()
# sum before square
return ((points - centroids[labels]).sum(1) ** 2).sum()
# labels ignored
return ((points[:, None] - centroids) ** 2).sum(2).min(1).sum()
# all centroids, not one
return ((points[:, None] - centroids) ** 2).sum()
# not one number
return ((points - centroids[labels]) ** 2).sum(1)
# not one number
return [((points[labels == k] - c) ** 2).sum() for k, c in enumerate(centroids)]
# no return
print(((points - centroids[labels]) ** 2).sum())
# first feature only
return ((points[:, 0] - centroids[labels, 0]) ** 2).sum()
# integer truncation
return int(((points - centroids[labels]) ** 2).sum())
# rounded
return round(float(((points - centroids[labels]) ** 2).sum()), 2)
""",
)

START = (
    "points, k, rng",
    """
# as in the solution
chosen = [points[rng.integers(len(points))]]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmax()])
return np.array(chosen)
# rng.choice of rows, a list
chosen = [rng.choice(points)]
for _ in range(k - 1):
    chosen.append(max(points, key=lambda p: min(math.dist(p, c) for c in chosen)))
return chosen
# a running minimum
i, near, rows = int(rng.random() * len(points)), np.full(len(points), np.inf), []
while True:
    rows.append(i)
    if len(rows) == k: return points[rows]
    near = np.minimum(near, np.linalg.norm(points - points[i], axis=1))
    i = near.argmax()
# a permutation
rows = [int(rng.permutation(len(points))[0])]
for _ in range(1, k):
    rows.append(int(((points[:, None] - points[rows]) ** 2).sum(2).min(1).argmax()))
return points[np.array(rows)]
# an empty table
out = np.empty((k, points.shape[1]))
out[0] = points[rng.choice(len(points))]
for i in range(1, k):
    d = np.sqrt(((points[:, None] - out[:i]) ** 2).sum(2))
    out[i] = points[d.min(1).argmax()]
return out
# sorted
chosen = [rng.integers(0, len(points))]
for _ in range(k - 1):
    d = [min(((p - points[i]) ** 2).sum() for i in chosen) for p in points]
    chosen.append(sorted(range(len(points)), key=lambda i: d[i])[-1])
return tuple(points[i] for i in chosen)
# a shuffle
order = np.arange(len(points)); rng.shuffle(order)
chosen = points[order[:1]]
while len(chosen) < k:
    far = ((points[:, None] - chosen) ** 2).sum(2).min(1).argmax()
    chosen = np.vstack([chosen, points[far]])
return chosen
# recursion
def grow(chosen):
    if len(chosen) == k: return chosen
    near = np.min([((points - c) ** 2).sum(1) for c in chosen], axis=0)
    return grow([*chosen, points[near.argmax()]])
return np.array(grow([points[rng.integers(len(points))]]))
# rows of a list
i = [rng.integers(len(points))]
for _ in range(k - 1): i.append(np.linalg.norm(points[:, None] - points[i], axis=2).min(axis=1).argmax())
return points[i]
# vstack and a key
c = rng.choice(points, 1)
while len(c) < k: c = np.vstack([c, max(points, key=lambda p: min(((p - q) ** 2).sum() for q in c))])
return c
# cdist and append
from scipy.spatial.distance import cdist
c = points[[rng.integers(0, len(points))]]
for _ in range(1, k): c = np.append(c, points[[cdist(points, c).min(1).argmax()]], axis=0)
return c
# a table full of the first
c = np.empty((k, points.shape[1])); c[:] = points[int(rng.uniform(0, len(points)))]
for j in range(1, k): c[j] = points[((points[:, None] - c) ** 2).sum(2).min(1).argmax()]
return c
""",
    """
# a point chosen twice / nearest for farthest
first = points[rng.integers(len(points))]
return np.array([first] * k)
# drawn at random
return points[rng.choice(len(points), k, replace=False)]
# drawn at random / a point chosen twice
return rng.choice(points, k)
# drawn at random
chosen = [points[rng.integers(len(points))]]
while len(chosen) < k:
    d = np.min([((points - c) ** 2).sum(1) for c in chosen], axis=0)
    chosen.append(points[rng.choice(len(points), p=d / d.sum())])
return np.array(chosen)
# own random numbers
rng = np.random.default_rng()
chosen = [points[rng.integers(len(points))]]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmax()])
return np.array(chosen)
# own random numbers
chosen = [points[np.random.randint(len(points))]]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmax()])
return np.array(chosen)
# always the same start
chosen = [points[0]]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmax()])
return np.array(chosen)
# always the same start
rng = np.random.default_rng(0)
chosen = [points[rng.integers(len(points))]]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmax()])
return np.array(chosen)
# a fixed number of centroids / wrong shape
chosen = [points[rng.integers(len(points))]]
while len(chosen) < 12:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmax()])
return np.array(chosen)
# far from the last one only
chosen = [points[rng.integers(len(points))]]
while len(chosen) < k:
    chosen.append(points[((points - chosen[-1]) ** 2).sum(1).argmax()])
return np.array(chosen)
# far from the sum of all
chosen = [points[rng.integers(len(points))]]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.sum(d, axis=0).argmax()])
return np.array(chosen)
# nearest for farthest / a point chosen twice
chosen = [points[rng.integers(len(points))]]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmin()])
return np.array(chosen)
# rows, not points / wrong shape
rows = [int(rng.integers(len(points)))]
while len(rows) < k: rows.append(int(((points[:, None] - points[rows]) ** 2).sum(2).min(1).argmax()))
return rows
# not a point
chosen = [rng.normal(size=points.shape[1])]
while len(chosen) < k:
    d = [((points - c) ** 2).sum(1) for c in chosen]
    chosen.append(points[np.min(d, axis=0).argmax()])
return np.array(chosen)
# far from the first one only
chosen = [points[rng.integers(len(points))]]
d = ((points - chosen[0]) ** 2).sum(1)
chosen += [points[i] for i in np.argsort(d)[::-1][: k - 1]]
return np.array(chosen)
# no return
chosen = [points[rng.integers(len(points))]]
# far from the sum of all
c = [points[rng.integers(len(points))]]
while len(c) < k: c.append(points[np.linalg.norm(points - np.mean(c, axis=0), axis=1).argmax()])
return np.array(c)
# a point chosen twice
c = [points[rng.integers(len(points))]]
while len(c) < k: c.append(points[np.max([((points - q) ** 2).sum(1) for q in c], axis=0).argmax()])
return np.array(c)
# wrong shape
i = [rng.integers(len(points))]
while len(i) < k: i.append(np.min([((points - points[j]) ** 2).sum(1) for j in i], axis=0).argmax())
return np.array(i)
# first point from some rows only
c = [points[rng.integers(k)]]
while len(c) < k: c.append(points[np.min([((points - q) ** 2).sum(1) for q in c], axis=0).argmax()])
return np.array(c)
# wrong shape
c = [points[rng.integers(len(points))]]
while len(c) <= k: c.append(points[np.min([((points - q) ** 2).sum(1) for q in c], axis=0).argmax()])
return np.array(c)
# sum before square
c = [points[rng.integers(len(points))]]
while len(c) < k: c.append(points[np.min([(points - q).sum(1) ** 2 for q in c], axis=0).argmax()])
return np.array(c)
# first point from some rows only
c = [points[rng.integers(len(points) - 1)]]
while len(c) < k: c.append(points[np.min([((points - q) ** 2).sum(1) for q in c], axis=0).argmax()])
return np.array(c)
# no square
c = [points[rng.integers(len(points))]]
while len(c) < k: c.append(points[np.min([abs(points - q).sum(1) for q in c], axis=0).argmax()])
return np.array(c)
""",
)

RULE = (
    "ks, gaps, errors",
    """
# a loop
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return ks[i]
return ks[-1]
# arrays
ok = np.flatnonzero(np.asarray(gaps)[:-1] >= np.asarray(gaps)[1:] - np.asarray(errors)[1:])
return ks[ok[0]] if len(ok) else ks[-1]
# next
return next((k for k, g, h, e in zip(ks, gaps, gaps[1:], errors[1:]) if g >= h - e), ks[-1])
# a while loop
i = 0
while i < len(ks) - 1 and not gaps[i] >= gaps[i + 1] - errors[i + 1]: i += 1
return ks[i]
# a list of all
good = [k for i, k in enumerate(ks[:-1]) if gaps[i] + errors[i + 1] >= gaps[i + 1]]
return (good + [ks[-1]])[0]
# from the end
best = ks[-1]
for i in reversed(range(len(ks) - 1)):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: best = ks[i]
return best
# a numpy number
ok = [*(gaps[i] - gaps[i + 1] + errors[i + 1] >= -1e-12 for i in range(len(ks) - 1)), True]
return np.array(ks)[np.argmax(ok)]
# arrays only
ok = np.append(gaps[:-1] >= gaps[1:] - errors[1:], True)
return int(ks[ok.argmax()])
# argmax of True
ok = np.append(np.array(gaps[:-1]) >= np.array(gaps[1:]) - np.array(errors[1:]), True)
return ks[int(ok.argmax())]
# while less
i = 0
while i < len(ks) - 1 and gaps[i] < gaps[i + 1] - errors[i + 1]: i += 1
return ks[i]
# a function of itself
return ks[0] if len(ks) == 1 or gaps[0] >= gaps[1] - errors[1] else (
    lambda f: f(f, 1)
)(lambda f, i: ks[i] if i == len(ks) - 1 or gaps[i] >= gaps[i + 1] - errors[i + 1] else f(f, i + 1))
""",
    """
# the last for the first
best = ks[-1]
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: best = ks[i]
return best
# more than, for at least
for i in range(len(ks) - 1):
    if gaps[i] > gaps[i + 1] - errors[i + 1]: return ks[i]
return ks[-1]
# index, not K
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return i
return len(ks) - 1
# index, not K
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return i + ks[0]
return ks[-1]
# error forgotten
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1]: return ks[i]
return ks[-1]
# error of this K
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i]: return ks[i]
return ks[-1]
# error added
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] + errors[i + 1]: return ks[i]
return ks[-1]
# largest gap
return ks[int(np.argmax(gaps))]
# nothing at the end / no return
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return ks[i]
# always the first K
for k, gap in zip(ks, gaps): return k
# always the last K
for k in ks: found = k
return found
# first at the end
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return ks[i]
return ks[0]
# at most, for at least
for i in range(len(ks) - 1):
    if gaps[i] <= gaps[i + 1] - errors[i + 1]: return ks[i]
return ks[-1]
# one too late
for i in range(1, len(ks)):
    if gaps[i - 1] >= gaps[i] - errors[i]: return ks[i]
return ks[-1]
# raises IndexError
for i in range(len(ks)):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return ks[i]
# first at the end
return ks[int(np.argmax(np.array(gaps[:-1]) >= np.array(gaps[1:]) - np.array(errors[1:])))]
# index, not K
for i in range(len(ks) - 1):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return i + 1
return len(ks)
# raises IndexError
for i in range(len(ks)):
    if gaps[i] >= gaps[i + 1] - errors[i + 1]: return ks[i]
return ks[-1]
# compared with the largest gap
g = np.array(gaps); m = int(g.argmax())
return ks[int(np.argmax(g >= g[m] - errors[m]))]
""",
)

STANDARDISE = (
    "points",
    """
# as in the solution
s = points.std(axis=0)
s[s == 0] = 1
return (points - points.mean(axis=0)) / s
# where
s = points.std(0)
return (points - points.mean(0)) / np.where(s > 0, s, 1)
# a list of lists
out = []
for col in points.T:
    m, s = col.mean(), col.std()
    out.append([(x - m) / s if s else 0.0 for x in col])
return [list(row) for row in zip(*out)]
# nan_to_num
return np.nan_to_num((points - points.mean(0)) / points.std(0))
# a small number
return (points - points.mean(0)) / (points.std(0) + 1e-12)
# divide, where
c, s = points - points.mean(axis=0), points.std(axis=0)
return np.divide(c, s, out=np.zeros_like(c), where=s != 0)
# plain Python
m, n = len(points), len(points[0])
means = [sum(p[j] for p in points) / m for j in range(n)]
sd = [math.sqrt(sum((p[j] - means[j]) ** 2 for p in points) / m) or 1.0 for j in range(n)]
return [[(p[j] - means[j]) / sd[j] for j in range(n)] for p in points]
# column by column
z = np.array(points, dtype=float)
for n in range(z.shape[1]):
    z[:, n] -= z[:, n].mean()
    if z[:, n].any(): z[:, n] /= z[:, n].std()
return z
# sklearn
from sklearn.preprocessing import StandardScaler
return StandardScaler().fit_transform(points)
# where, in a line
s = points.std(axis=0); return (points - points.mean(axis=0)) / np.where(s > 0, s, 1)
# divide, where, by hand
c = points - points.mean(0); s = np.sqrt((c ** 2).mean(0)); return np.divide(c, s, out=np.zeros_like(c), where=s > 0)
# StandardScaler
from sklearn.preprocessing import StandardScaler
return StandardScaler().fit_transform(points)
# pandas
import pandas as pd
d = pd.DataFrame(points); return ((d - d.mean()) / d.std(ddof=0).replace(0, 1)).to_numpy()
""",
    """
# sign turned
s = points.std(0); s[s == 0] = 1
return (points.mean(0) - points) / s
# rows torn apart
s = points.std(0); s[s == 0] = 1
return np.sort((points - points.mean(0)) / s, axis=0)
# columns in another order
s = points.std(0); s[s == 0] = 1
return ((points - points.mean(0)) / s)[:, ::-1]
# ddof=1, not 0
s = points.std(0, ddof=1); s[s == 0] = 1
return (points - points.mean(0)) / s
# over all numbers
return (points - points.mean()) / points.std()
# wrong axis
s = points.std(1, keepdims=True); s[s == 0] = 1
return (points - points.mean(1, keepdims=True)) / s
# divided by 0
return (points - points.mean(0)) / points.std(0)
# not centred
s = points.std(0); s[s == 0] = 1
return points / s
# not scaled
return points - points.mean(0)
# variance, not spread
s = points.var(0); s[s == 0] = 1
return (points - points.mean(0)) / s
# range, not spread
s = np.ptp(points, axis=0); s[s == 0] = 1
return (points - points.min(0)) / s
# range, not spread
s = np.ptp(points, axis=0); s[s == 0] = 1
return (points - points.mean(0)) / s
# median, not mean
s = points.std(0); s[s == 0] = 1
return (points - np.median(points, axis=0)) / s
# input changed in place
points -= points.mean(0)
s = points.std(0); s[s == 0] = 1
points /= s
return points
# no return
s = points.std(0)
# rounded
s = points.std(0); s[s == 0] = 1
return ((points - points.mean(0)) / s).round(2)
# divided by 0
return (points - points.mean(axis=0)) / points.std(axis=0)
# ddof=1, not 0
import pandas as pd
d = pd.DataFrame(points); return ((d - d.mean()) / d.std()).fillna(0).to_numpy()
# a number added to the spread
return (points - points.mean(axis=0)) / (points.std(axis=0) + 1e-3)
# only the mean divided
return points - points.mean(axis=0) / np.where(points.std(axis=0) > 0, points.std(axis=0), 1)
# wrong shape
s = points.std(axis=0); return ((points - points.mean(axis=0)) / s)[:, s > 0]
""",
)

BOUNDS = (
    "upper, lower, labels, moves",
    """
# as in the solution
others = np.full(len(moves), moves.max())
others[moves.argmax()] = np.delete(moves, moves.argmax()).max()
return upper + moves[labels], lower - others[labels]
# a loop over points, lists
up, low = [], []
for u, l, k in zip(upper, lower, labels):
    up.append(u + moves[k])
    low.append(l - max(m for j, m in enumerate(moves) if j != k))
return up, low
# sorted
first, second = np.sort(moves)[::-1][:2]
others = np.where(moves == first, np.where((moves == first).sum() > 1, first, second), first)
return upper + moves[labels], lower - others[labels]
# a table with a hole
table = np.tile(moves, (len(moves), 1))
np.fill_diagonal(table, -np.inf)
return upper + moves.take(labels), lower - table.max(axis=1)[labels]
# one array of two rows
others = np.array([np.delete(moves, k).max() for k in range(len(moves))])
return np.array([upper + moves[labels], lower - others[labels]])
# copies, changed in place
upper, lower = upper.copy(), lower.copy()
for k in range(len(moves)):
    mine = labels == k
    upper[mine] += moves[k]
    lower[mine] -= max(*moves[:k], *moves[k + 1 :], -1)
return [upper, lower]
# max of a generator
return upper + moves[labels], lower - np.array([max(m for j, m in enumerate(moves) if j != l) for l in labels])
# the two last of a sort
o = np.sort(moves); big = np.where(np.arange(len(moves)) == moves.argmax(), o[-2], o[-1])
return upper + moves[labels], lower - big[labels]
# a diagonal of minus infinity
t = np.tile(moves, (len(moves), 1)); np.fill_diagonal(t, -np.inf)
return upper + moves[labels], lower - t.max(axis=1)[labels]
# the fastest taken out
m = moves.copy(); f = m.argmax(); top = m[f]; m[f] = -1
return upper + moves[labels], lower - np.where(labels == f, m.max(), top)
""",
    """
# the largest of all
return upper + moves[labels], lower - moves.max()
# own move for the others'
return upper + moves[labels], lower - moves[labels]
# others' move for its own
return upper + moves.max(), lower - moves.max()
# upper left as it was
others = np.array([np.delete(moves, k).max() for k in range(len(moves))])
return upper, lower - others[labels]
# lower left as it was
return upper + moves[labels], lower
# signs exchanged
others = np.array([np.delete(moves, k).max() for k in range(len(moves))])
return upper - moves[labels], lower + others[labels]
# the smallest of the others
return upper + moves[labels], [l - min(np.delete(moves, k)) for l, k in zip(lower, labels)]
# all the others
return upper + moves[labels], lower - (moves.sum() - moves[labels])
# the second largest for all
return upper + moves[labels], lower - sorted(moves)[-2]
# the two in the other order
others = np.array([np.delete(moves, k).max() for k in range(len(moves))])
return lower - others[labels], upper + moves[labels]
# input changed in place
others = np.array([np.delete(moves, k).max() for k in range(len(moves))])
upper += moves[labels]
lower -= others[labels]
return upper, lower
# no return
lower = lower - moves.max()
# raises ValueError
return upper + moves, lower - moves.max()
# one thing, not two / wrong shape
return upper + moves[labels]
# input changed in place
upper += moves[labels]; lower -= moves.max()
return upper, lower
# raises ValueError
return upper + moves[labels], lower - np.delete(moves, labels).max()
# its own, and the second largest
o = np.where(moves == moves.max(), np.sort(moves)[-2], moves); return upper + moves[labels], lower - o[labels]
# cut off at 0
return upper + moves[labels], np.maximum(lower - (moves.sum() - moves[labels]), 0)
""",
)

LOOK = (
    "points, centroids",
    """
# as in the solution
labels, near, second = np.zeros(len(points), int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1)
    second = np.minimum(second, np.maximum(near, d))
    labels[d < near] = k
    near = np.minimum(near, d)
return labels, second - near
# a list, point by point
labels, slack = [], []
for p in points:
    d = np.linalg.norm(centroids - p, axis=1)
    a, b = np.sort(d)[:2]
    labels.append(int(d.argmin())); slack.append(b - a)
return [labels, slack]
# squares, roots at the end
m = len(points)
labels, a, b = np.zeros(m, np.int32), np.full(m, np.inf), np.full(m, np.inf)
for k in range(len(centroids)):
    d = ((points - centroids[k]) ** 2).sum(1)
    closer = d < a
    b = np.where(closer, a, np.minimum(b, d)); a = np.where(closer, d, a); labels[closer] = k
return labels, np.sqrt(b) - np.sqrt(a)
# masks
m = len(points)
labels, a, b = np.full(m, -1), np.full(m, 1e300), np.full(m, 1e300)
for k, c in enumerate(centroids):
    d = np.sqrt(((points - c) ** 2).sum(axis=1))
    first = d < a
    b[first] = a[first]; a[first] = d[first]; labels[first] = k
    other = ~first & (d < b)
    b[other] = d[other]
return labels, b - a
# heapq
import heapq
out = []
for p in points.tolist():
    (a, k), (b, _) = heapq.nsmallest(2, ((math.dist(p, c), k) for k, c in enumerate(centroids.tolist())))
    out.append((k, b - a))
return np.array([k for k, _ in out]), np.array([s for _, s in out])
# small blocks
labels, slack = np.zeros(len(points), int), np.zeros(len(points))
for i in range(0, len(points), 10):
    d = np.linalg.norm(points[i : i + 10, None] - centroids, axis=2)
    a, b = np.partition(d, 1, axis=1)[:, :2].T
    labels[i : i + 10], slack[i : i + 10] = d.argmin(1), b - a
return labels, slack
# hypot
labels, a, b = np.zeros(len(points), dtype=int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.hypot.reduce(points - c, axis=1)
    b = np.clip(d, a, b); labels = np.where(d < a, k, labels); a = np.minimum(a, d)
return labels, b - a
# where
l = np.zeros(len(points), int); a = np.full(len(points), np.inf); b = a.copy()
for k, c in enumerate(centroids):
    d = np.sqrt(((points - c) ** 2).sum(1)); n = d < a
    b = np.where(n, a, np.minimum(b, d)); l[n] = k; a[n] = d[n]
return l, b - a
# sorted lists
l, s = [], []
for p in points:
    d = [math.dist(p, c) for c in centroids]; o = sorted(d); l.append(d.index(o[0])); s.append(o[1] - o[0])
return np.array(l), np.array(s)
# a tree
from scipy.spatial import cKDTree
d, i = cKDTree(centroids).query(points, k=2)
return i[:, 0], d[:, 1] - d[:, 0]
# a sorted stack of three
l = np.zeros(len(points), int); ab = np.full((2, len(points)), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1); l[d < ab[0]] = k; ab = np.sort(np.vstack([ab, d]), axis=0)[:2]
return l, ab[1] - ab[0]
""",
    """
# makes the table
d = np.array([np.linalg.norm(points - c, axis=1) for c in centroids]).T
a, b = np.partition(d, 1, axis=1)[:, :2].T
return d.argmin(1), b - a
# makes the table
d = np.linalg.norm(points[:, None] - centroids, axis=2)
s = np.sort(d, axis=1)
return d.argmin(1), s[:, 1] - s[:, 0]
# slack of the squares
labels, near, second = np.zeros(len(points), int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = ((points - c) ** 2).sum(1)
    second = np.minimum(second, np.maximum(near, d))
    labels[d < near] = k; near = np.minimum(near, d)
return labels, second - near
# old nearest forgotten
labels, near, second = np.zeros(len(points), int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1)
    first = d < near
    second[~first] = np.minimum(second, d)[~first]
    labels[first] = k; near[first] = d[first]
return labels, second - near
# old second kept only
labels, near, second = np.zeros(len(points), int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1)
    first = d < near
    second[first] = near[first]
    labels[first] = k; near[first] = d[first]
return labels, second - near
# the second, not the slack
labels, near, second = np.zeros(len(points), int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1)
    second = np.minimum(second, np.maximum(near, d))
    labels[d < near] = k; near = np.minimum(near, d)
return labels, second
# the nearest, not the slack
labels, near = np.zeros(len(points), int), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1)
    labels[d < near] = k; near = np.minimum(near, d)
return labels, near
# sign turned
labels, near, second = np.zeros(len(points), int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1)
    second = np.minimum(second, np.maximum(near, d))
    labels[d < near] = k; near = np.minimum(near, d)
return labels, near - second
# labels only / one thing, not two / wrong shape
return [int(((p - centroids) ** 2).sum(1).argmin()) for p in points]
# no return
labels = 0
# the two in the other order / -
labels, near, second = np.zeros(len(points), int), np.full(len(points), np.inf), np.full(len(points), np.inf)
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1)
    second = np.minimum(second, np.maximum(near, d))
    labels[d < near] = k; near = np.minimum(near, d)
return second - near, labels
# makes the table
d = np.linalg.norm(points[:, None] - centroids, axis=2); s = np.sort(d, axis=1); return d.argmin(1), s[:, 1] - s[:, 0]
# old second kept only
l = np.zeros(len(points), int); a = np.full(len(points), np.inf); b = a.copy()
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1); n = d < a; b[n] = a[n]; a[n] = d[n]; l[n] = k
return l, b - a
# slack of the squares
l = np.zeros(len(points), int); a = np.full(len(points), np.inf); b = a.copy()
for k, c in enumerate(centroids):
    d = ((points - c) ** 2).sum(1); b = np.minimum(b, np.maximum(a, d)); l[d < a] = k; a = np.minimum(a, d)
return l, b - a
# nearest replaced too soon
l = np.zeros(len(points), int); a = np.full(len(points), np.inf); b = a.copy()
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1); a = np.minimum(a, d); b = np.minimum(b, np.maximum(a, d)); l[d <= a] = k
return l, b - a
# begun at 0
l = np.zeros(len(points), int); a = np.zeros(len(points)); b = a.copy()
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1); b = np.minimum(b, np.maximum(a, d)); l[d < a] = k; a = np.minimum(a, d)
return l, b - a
# nearest replaced too soon
l = np.zeros(len(points), int); a = np.full(len(points), np.inf); b = a
for k, c in enumerate(centroids):
    d = np.linalg.norm(points - c, axis=1); n = d < a; b[n] = a[n]; a[n] = d[n]; l[n] = k
return l, b - a
""",
)

JOIN = (
    "a, b",
    """
# as in the lesson
(am, an), (bm, bn) = a, b
n = an + bn
return (am * an[:, None] + bm * bn[:, None]) / np.maximum(n, 1)[:, None], n
# lists
(am, an), (bm, bn) = a, b
means, counts = [], []
for k in range(len(an)):
    n = an[k] + bn[k]
    means.append([(x * an[k] + y * bn[k]) / n if n else 0.0 for x, y in zip(am[k], bm[k])])
    counts.append(n)
return means, counts
# divide, where
(am, an), (bm, bn) = a, b
n = (an + bn)[:, None]
s = am * an[:, None] + bm * bn[:, None]
return np.divide(s, n, out=np.zeros_like(s), where=n > 0), an + bn
# a shift of the first mean
(am, an), (bm, bn) = a, b
n = an + bn
return am + (bm - am) * (bn / np.maximum(n, 1))[:, None], n
# without warnings
(am, an), (bm, bn) = a, b
n = an + bn
with np.errstate(invalid="ignore", divide="ignore"):
    m = (am * an[:, None] + bm * bn[:, None]) / n[:, None]
return np.nan_to_num(m), n
# a list of two
n = a[1] + b[1]
w = a[1] / np.where(n == 0, 1, n)
return [a[0] * w[:, None] + b[0] * (1 - w)[:, None], n]
# a loop that copies
m, n = a[0].copy(), a[1].copy()
for k in range(len(n)):
    if b[1][k] > 0:
        m[k] = (m[k] * n[k] + b[0][k] * b[1][k]) / (n[k] + b[1][k])
        n[k] += b[1][k]
return m, n
# masks
n = a[1] + b[1]; m = np.zeros(a[0].shape); some = n > 0
m[some] = (a[0] * a[1][:, None] + b[0] * b[1][:, None])[some] / n[some, None]
return m, n
# divide, where, two columns
n = a[1] + b[1]
return np.divide(a[0] * a[1][:, None] + b[0] * b[1][:, None], n[:, None], out=np.zeros_like(a[0]), where=n[:, None] > 0), n
# a list by cluster
m, n = [], a[1] + b[1]
for k in range(len(n)): m.append((a[1][k] * a[0][k] + b[1][k] * b[0][k]) / n[k] if n[k] else a[0][k])
return np.array(m), n
# einsum
n = a[1] + b[1]; w = np.stack([a[1], b[1]]) / np.where(n == 0, 1, n)
return np.einsum("bk,bkn->kn", w, np.stack([a[0], b[0]])), n
# np.average
n = a[1] + b[1]
return np.array([np.average([p, q], axis=0, weights=[x, y]) if x + y else p for p, q, x, y in zip(a[0], b[0], a[1], b[1])]), n
""",
    """
# NaN where nobody is
(am, an), (bm, bn) = a, b
return (am * an[:, None] + bm * bn[:, None]) / (an + bn)[:, None], an + bn
# input changed in place
(am, an), (bm, bn) = a, b
am *= an[:, None]; n = an + bn
return (am + bm * bn[:, None]) / np.maximum(n, 1)[:, None], n
# mean of the means
return (a[0] + b[0]) / 2, a[1] + b[1]
# sums, not means
return a[0] * a[1][:, None] + b[0] * b[1][:, None], a[1] + b[1]
# means added up
return a[0] + b[0], a[1] + b[1]
# counts not added up
n = a[1] + b[1]
return (a[0] * a[1][:, None] + b[0] * b[1][:, None]) / np.maximum(n, 1)[:, None], np.maximum(a[1], b[1])
# counts not added up
n = a[1] + b[1]
return (a[0] * a[1][:, None] + b[0] * b[1][:, None]) / np.maximum(n, 1)[:, None], a[1]
# one of the two only
return a
# weights exchanged
n = a[1] + b[1]
return (a[0] * b[1][:, None] + b[0] * a[1][:, None]) / np.maximum(n, 1)[:, None], n
# one weight for all
wa, wb = a[1].sum(), b[1].sum()
return (a[0] * wa + b[0] * wb) / (wa + wb), a[1] + b[1]
# no return
n = a[1] + b[1]
# one thing, not two / wrong shape
n = a[1] + b[1]
return (a[0] * a[1][:, None] + b[0] * b[1][:, None]) / np.maximum(n, 1)[:, None]
# NaN where nobody is
n = a[1] + b[1]; return (a[0] * a[1][:, None] + b[0] * b[1][:, None]) / n[:, None], n
# NaN where nobody is
n = a[1] + b[1]
with np.errstate(all="ignore"): return (a[0] * a[1][:, None] + b[0] * b[1][:, None]) / n[:, None], n
# -
n = a[1] + b[1]; return (a[0] * a[1] + b[0] * b[1]) / n, n
# sums, not means
n = a[1] + b[1]; return a[0] * a[1][:, None] + b[0] * b[1][:, None], n
# one added to the count
n = a[1] + b[1]; return (a[0] * a[1][:, None] + b[0] * b[1][:, None]) / (n + 1)[:, None], n
""",
)

FARTHEST = (
    "points, centroids",
    """
# as in the lesson
return ((points[:, None] - centroids) ** 2).sum(2).min(1).max()
# a loop
best = 0
for p in points: best = max(best, min(((p - c) ** 2).sum() for c in centroids))
return best
# plain Python
return max(min(sum((a - b) ** 2 for a, b in zip(p, c)) for c in centroids.tolist()) for p in points.tolist())
# sorted
return sorted(((centroids - p) ** 2).sum(1).min() for p in points)[-1]
# a 0-d array
near = np.full(len(points), np.inf)
for c in centroids: near = np.minimum(near, ((points - c) ** 2).sum(1))
return np.array(near.max())
# labels first
labels = ((points[:, None] - centroids) ** 2).sum(2).argmin(1)
return float(((points - centroids[labels]) ** 2).sum(axis=1).max())
# distances, squared at the end
return max(min(math.dist(p, c) for c in centroids) for p in points) ** 2
# max of min
return max(min(((p - c) ** 2).sum() for c in centroids) for p in points)
# cdist
from scipy.spatial.distance import cdist
return cdist(points, centroids, 'sqeuclidean').min(axis=1).max()
# a running minimum
near = np.full(len(points), np.inf)
for c in centroids: near = np.minimum(near, ((points - c) ** 2).sum(1))
return float(near.max())
# a tree, squared at the end
from scipy.spatial import cKDTree
return cKDTree(centroids).query(points)[0].max() ** 2
""",
    """
# distance, not squared
return math.sqrt(((points[:, None] - centroids) ** 2).sum(2).min(1).max())
# farthest centroid, not the nearest
return ((points[:, None] - centroids) ** 2).sum(2).max()
# nearest for farthest
return ((points[:, None] - centroids) ** 2).sum(2).min()
# sum, not the largest
return ((points[:, None] - centroids) ** 2).sum(2).min(1).sum()
# mean, not the largest
return ((points[:, None] - centroids) ** 2).sum(2).min(1).mean()
# index, not distance
return int(((points[:, None] - centroids) ** 2).sum(2).min(1).argmax())
# not one number
return ((points[:, None] - centroids) ** 2).sum(2).min(1)
# first centroid only
return ((points - centroids[0]) ** 2).sum(1).max()
# largest offset only
return (abs(points[:, None] - centroids).max(2) ** 2).min(1).max()
# no square
return abs(points[:, None] - centroids).sum(2).min(1).max()
# no return
d = ((points[:, None] - centroids) ** 2).sum(2).min(1).max()
# largest, then smallest
return ((points[:, None] - centroids) ** 2).sum(2).max(1).min()
# distance, not squared
return np.linalg.norm(points[:, None] - centroids, axis=2).min(axis=1).max()
# farthest centroid, not the nearest
return ((points[:, None] - centroids) ** 2).sum(axis=2).max()
# nearest point of each centroid
return ((points[:, None] - centroids) ** 2).sum(axis=2).min(axis=0).max()
# largest, then smallest
return ((points[:, None] - centroids) ** 2).sum(axis=2).max(axis=1).min()
# not one number
return ((points[:, None] - centroids) ** 2).sum(axis=2).min(axis=1)
# not one number
return points[((points[:, None] - centroids) ** 2).sum(axis=2).min(axis=1).argmax()]
""",
)

LIMITS = (
    "points, pad",
    """
# as in the lesson
low, high = points.min(axis=0), points.max(axis=0)
return np.array([low - pad * (high - low), high + pad * (high - low)])
# ptp, a tuple
room = pad * np.ptp(points, axis=0)
return points.min(axis=0) - room, points.max(axis=0) + room
# feature by feature
low, high = [], []
for column in points.T:
    room = pad * (column.max() - column.min())
    low.append(column.min() - room); high.append(column.max() + room)
return [low, high]
# a middle and a half
middle, half = (points.max(0) + points.min(0)) / 2, (points.max(0) - points.min(0)) / 2
return np.array([middle - half * (1 + 2 * pad), middle + half * (1 + 2 * pad)])
# sorted
rows = np.sort(points, axis=0)
return np.vstack([rows[0] - pad * (rows[-1] - rows[0]), rows[-1] + pad * (rows[-1] - rows[0])])
""",
    """
# no pad
return np.array([points.min(axis=0), points.max(axis=0)])
# pad in units, not a part of the range
return np.array([points.min(axis=0) - pad, points.max(axis=0) + pad])
# pad turned round
room = pad * np.ptp(points, axis=0)
return np.array([points.min(axis=0) + room, points.max(axis=0) - room])
# pad of the value, not of the range
return np.array([points.min(0) * (1 - pad), points.max(0) * (1 + pad)])
# pad on one side only
return np.array([points.min(0), points.max(0) + pad * np.ptp(points, axis=0)])
# half of the pad on each side
room = pad * np.ptp(points, axis=0) / 2
return np.array([points.min(axis=0) - room, points.max(axis=0) + room])
# a row for each feature
return [(c.min() - pad * np.ptp(c), c.max() + pad * np.ptp(c)) for c in points.T]
""",
)

CURSOR = (
    "cursor, by, last",
    """
# as in the solution
return min(max(cursor + by, 0), last)
# clip
return np.clip(cursor + by, 0, last)
# ifs
cursor = cursor + by
if cursor < 0:
    cursor = 0
if cursor > last:
    cursor = last
return cursor
# sorted
return sorted([0, cursor + by, last])[1]
# a loop
for _ in range(abs(by)):
    if by > 0 and cursor < last: cursor += 1
    if by < 0 and cursor > 0: cursor -= 1
return cursor
""",
    """
# leaves the record
return cursor + by
# below the start
return min(cursor + by, last)
# past the end
return max(cursor + by, 0)
# wraps round
return (cursor + by) % (last + 1)
# one past the last
return np.clip(cursor + by, 0, last + 1)
# stays where it is
return cursor + by if 0 <= cursor + by <= last else cursor
""",
)

CHANGED = (
    "before, after",
    """
# as in the solution
return (before != after).sum()
# count_nonzero
return int(np.count_nonzero(after - before))
# a loop
n = 0
for one, other in zip(before, after):
    if one != other:
        n += 1
return n
# those that stayed, taken away
return len(before) - (before == after).sum()
# a sum of a generator
return sum(a != b for a, b in zip(before, after))
""",
    """
# counts those that stayed
return (before == after).sum()
# a share, not a number
return np.mean(before != after)
# adds up the labels
return abs(after - before).sum()
# which, not how many / not one number
return np.where(before != after)[0]
# clusters, not points
return len(set(after[before != after].tolist()))
# sizes, not points
return abs(np.bincount(before, minlength=9) - np.bincount(after, minlength=9)).sum()
""",
)
RESTARTS = (
    "p, sure",
    """
# a loop
n = 1
while 1 - (1 - p) ** n < sure:
    n += 1
return n
# logarithms
return math.ceil(math.log(1 - sure) / math.log(1 - p))
# a float
return np.ceil(np.log(1 - sure) / np.log1p(-p))
# the chance of a miss
n, miss = 0, 1.0
while miss > 1 - sure + 1e-12:
    miss *= 1 - p
    n += 1
return n
# next
return next(n for n in range(1, 10**6) if (1 - p) ** n <= 1 - sure + 1e-9)
# a logarithm to a base
return math.ceil(math.log(1 - sure, 1 - p) - 1e-9)
# misses on one line
miss, n = 1.0, 0
while miss > 1 - sure + 1e-12: miss *= 1 - p; n += 1
return n
# next, closely
return next(n for n in range(1, 10**6) if (1 - p) ** n <= 1 - sure + 1e-12)
# rounded to nine digits
return int(np.ceil(np.round(np.log1p(-sure) / np.log1p(-p), 9)))
""",
    """
# rounded down
return int(math.log(1 - sure) / math.log(1 - p))
# rounded to the nearest
return round(math.log(1 - sure) / math.log(1 - p))
# not rounded
return math.log(1 - sure) / math.log(1 - p)
# one too many
return int(math.log(1 - sure) / math.log(1 - p)) + 1
# one too many
n = 1
while 1 - (1 - p) ** n < sure:
    n += 1
return n + 1
# chances added up
return math.ceil(sure / p)
# starts on average
return math.ceil(1 / p)
# the good chance multiplied
n = 1
while 1 - p**n < sure:
    n += 1
return n
# sure for 1 - sure
n = 1
while (1 - p) ** n > sure:
    n += 1
return n
# upside down
return math.ceil(math.log(1 - p) / math.log(1 - sure))
# no return
n = math.ceil(math.log(1 - sure) / math.log(1 - p))
# one too many
return math.floor(math.log(1 - sure) / math.log(1 - p)) + 1
# one too few
n = 0
while 1 - (1 - p) ** n < sure: n += 1
return n - 1
# the good chance multiplied
return math.ceil(math.log(1 - sure) / math.log(p))
# one too many
n = 1
while 1 - (1 - p) ** n <= sure: n += 1
return n
""",
)
A_AND_B = (
    "points, labels, i",
    """
# as in the lesson
d = np.linalg.norm(points - points[i], axis=1)
own = labels == labels[i]
own[i] = False
return d[own].mean(), min(d[labels == k].mean() for k in set(labels.tolist()) if k != labels[i])
# sums
d = np.sqrt(((points - points[i]) ** 2).sum(axis=1))
a = d[labels == labels[i]].sum() / ((labels == labels[i]).sum() - 1)
b = np.inf
for k in np.unique(labels):
    if k != labels[i]:
        b = min(b, d[labels == k].mean())
return a, b
# loops
sums, counts = {}, {}
for j in range(len(points)):
    if j != i:
        k = int(labels[j])
        sums[k] = sums.get(k, 0.0) + math.dist(points[i], points[j])
        counts[k] = counts.get(k, 0) + 1
means = {k: sums[k] / counts[k] for k in sums}
a = means.pop(int(labels[i]))
return [a, min(means.values())]
# an array of two
d = np.linalg.norm(points - points[i], axis=1)
counts = np.bincount(labels)
means = np.bincount(labels, d) / np.maximum(counts - (np.arange(len(counts)) == labels[i]), 1)
others = np.delete(means, labels[i])
return np.array([means[labels[i]], others.min()])
# sum over one less
d = np.linalg.norm(points - points[i], axis=1); s = labels == labels[i]
return d[s].sum() / (s.sum() - 1), min(d[labels == c].mean() for c in set(labels) - {labels[i]})
# lists of distances
m = {c: [math.dist(points[i], points[j]) for j in range(len(points)) if j != i and labels[j] == c]
     for c in set(labels.tolist())}
a = np.mean(m.pop(int(labels[i]))); return a, min(np.mean(v) for v in m.values())
# groupby
import pandas as pd
g = pd.Series(np.hypot.reduce(points - points[i], axis=1)).drop(i).groupby(np.delete(labels, i)).mean()
return [g[labels[i]], g.drop(labels[i]).min()]
# infinity for its own
d = np.sqrt(((points - points[i]) ** 2).sum(1)); n = np.bincount(labels).astype(float); n[labels[i]] -= 1
m = np.bincount(labels, d) / n; a = m[labels[i]]; m[labels[i]] = np.inf; return np.array([a, m.min()])
""",
    """
# the point counts itself
d = np.linalg.norm(points - points[i], axis=1)
return d[labels == labels[i]].mean(), min(d[labels == k].mean() for k in set(labels.tolist()) if k != labels[i])
# all the others in one
d = np.linalg.norm(points - points[i], axis=1)
own = labels == labels[i]
a = d[own].sum() / (own.sum() - 1)
return a, d[~own].mean()
# farthest for nearest
d = np.linalg.norm(points - points[i], axis=1)
own = labels == labels[i]
return d[own].sum() / (own.sum() - 1), max(d[labels == k].mean() for k in set(labels.tolist()) if k != labels[i])
# nearest point only
d = np.linalg.norm(points - points[i], axis=1)
own = labels == labels[i]
return d[own].sum() / (own.sum() - 1), d[~own].min()
# distances to the centroids
c = {k: points[labels == k].mean(axis=0) for k in set(labels.tolist())}
d = {k: math.dist(points[i], x) for k, x in c.items()}
return d.pop(int(labels[i])), min(d.values())
# squared distances
d = ((points - points[i]) ** 2).sum(axis=1)
own = labels == labels[i]
return d[own].sum() / (own.sum() - 1), min(d[labels == k].mean() for k in set(labels.tolist()) if k != labels[i])
# exchanged
d = np.linalg.norm(points - points[i], axis=1)
own = labels == labels[i]
return min(d[labels == k].mean() for k in set(labels.tolist()) if k != labels[i]), d[own].sum() / (own.sum() - 1)
# the silhouette itself
d = np.linalg.norm(points - points[i], axis=1)
own = labels == labels[i]
a, b = d[own].sum() / (own.sum() - 1), min(d[labels == k].mean() for k in set(labels.tolist()) if k != labels[i])
return (b - a) / max(a, b)
# no return
d = np.linalg.norm(points - points[i], axis=1)
# all the others in one
d = np.linalg.norm(points - points[i], axis=1); m = labels == labels[i]
return d[m].mean(), d[~m].mean()
# the two least means
d = np.linalg.norm(points - points[i], axis=1); m = [d[labels == k].mean() for k in np.unique(labels)]
return sorted(m)[0], sorted(m)[1]
# the point counts itself
d = np.linalg.norm(points - points[i], axis=1)
return d[labels == labels[i]].mean(), min(d[labels == k].mean() for k in np.unique(labels) if k != labels[i])
# medians, not means
d = np.linalg.norm(points - points[i], axis=1); o = np.arange(len(points)) != i
return np.median(d[o & (labels == labels[i])]), min(np.median(d[labels == k]) for k in np.unique(labels) if k != labels[i])
# roots of mean squares
d = ((points - points[i]) ** 2).sum(1); o = np.arange(len(points)) != i
a = d[o & (labels == labels[i])].mean()
return a**0.5, min(d[labels == k].mean() for k in np.unique(labels) if k != labels[i]) ** 0.5
# nearest by its closest point
d = np.linalg.norm(points - points[i], axis=1); n = labels[np.where(labels != labels[i], d, np.inf).argmin()]
return d[(labels == labels[i]) & (d > 0)].mean(), d[labels == n].mean()
# nearest by centroids
d = np.linalg.norm(points - points[i], axis=1); o = np.arange(len(points)) != i
ks = [k for k in np.unique(labels) if k != labels[i]]
n = min(ks, key=lambda k: np.linalg.norm(points[labels == k].mean(0) - points[i]))
return d[o & (labels == labels[i])].mean(), d[labels == n].mean()
# nearest by centroids
d = np.linalg.norm(points - points[i], axis=1); own = labels == labels[i]
ks = [k for k in np.unique(labels) if k != labels[i]]
n = min(ks, key=lambda k: np.linalg.norm(points[labels == k].mean(0) - points[own].mean(0)))
return d[own].sum() / (own.sum() - 1), d[labels == n].mean()
""",
)
READY = (
    "table",
    """
# as in the solution
rows = np.flatnonzero(~np.isnan(table).any(axis=1))
whole = table[rows]
return rows, (whole - whole.mean(axis=0)) / whole.std(axis=0)
# pandas
import pandas as pd
frame = pd.DataFrame(table).dropna()
return frame.index, (frame - frame.mean()) / frame.std(ddof=0)
# a list of rows, and StandardScaler
from sklearn.preprocessing import StandardScaler
rows = [i for i, row in enumerate(table) if not any(math.isnan(x) for x in row)]
return rows, StandardScaler().fit_transform(table[rows])
# a sum is a hole if one is in it
keep = np.isfinite(table.sum(axis=1))
z = table[keep] - table[keep].mean(0)
z /= np.sqrt((z**2).mean(0))
return [np.where(keep)[0], z.tolist()]
# equal to itself
rows = np.arange(len(table))[(table == table).all(axis=1)]
z = np.array([(c - c.mean()) / c.std() for c in table[rows].T]).T
return rows, z
""",
    """
# holes filled with 0
rows = np.arange(len(table)); t = np.nan_to_num(table)
return rows, (t - t.mean(0)) / t.std(0)
# holes filled with the mean
import pandas as pd
t = pd.DataFrame(table); t = t.fillna(t.mean())
return np.arange(len(t)), ((t - t.mean()) / t.std(ddof=0)).to_numpy()
# standardised before the holes were gone
rows = np.flatnonzero(~np.isnan(table).any(axis=1))
return rows, ((table - np.nanmean(table, axis=0)) / np.nanstd(table, axis=0))[rows]
# holes stay
return np.arange(len(table)), (table - table.mean(0)) / table.std(0)
# the rows with holes
rows = np.flatnonzero(np.isnan(table).any(axis=1)); t = table[~np.isnan(table).any(axis=1)]
return rows, (t - t.mean(0)) / t.std(0)
# only rows that are all holes
rows = np.flatnonzero(~np.isnan(table).all(axis=1)); t = table[rows]
return rows, (t - t.mean(0)) / t.std(0)
# columns, not rows
keep = ~np.isnan(table).any(axis=0); t = table[:, keep]
return np.flatnonzero(keep), (t - t.mean(0)) / t.std(0)
# numbers in the short table
import pandas as pd
frame = pd.DataFrame(table).dropna().reset_index(drop=True)
return frame.index, (frame - frame.mean()) / frame.std(ddof=0)
# a mask, not numbers
keep = ~np.isnan(table).any(axis=1); t = table[keep]
return keep, (t - t.mean(0)) / t.std(0)
# not standardised
rows = np.flatnonzero(~np.isnan(table).any(axis=1))
return rows, table[rows]
# ddof=1, not 0
import pandas as pd
frame = pd.DataFrame(table).dropna()
return frame.index, (frame - frame.mean()) / frame.std()
# the two in the other order
rows = np.flatnonzero(~np.isnan(table).any(axis=1)); t = table[rows]
return (t - t.mean(0)) / t.std(0), rows
# one thing, not two
t = table[~np.isnan(table).any(axis=1)]
return (t - t.mean(0)) / t.std(0)
# counted from 1
rows = np.flatnonzero(~np.isnan(table).any(axis=1)); t = table[rows]
return rows + 1, (t - t.mean(0)) / t.std(0)
# holes stay
rows = [i for i in range(len(table)) if np.nan not in table[i]]
return rows, (table[rows] - table[rows].mean(0)) / table[rows].std(0)
""",
)
