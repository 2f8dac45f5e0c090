"""check_update: bodies of my_update(points, labels, centroids)."""

RIGHT = """
# a mask
new = centroids.copy()
for k in range(len(centroids)):
    if (labels == k).any():
        new[k] = points[labels == k].mean(axis=0)
return new
# a list of arrays
return [points[labels == k].mean(0) if k in labels else centroids[k] for k in range(len(centroids))]
# a tuple of tuples
out = []
for k, old in enumerate(centroids.tolist()):
    own = [p for p, l in zip(points.tolist(), labels) if l == k]
    out.append(tuple(sum(col) / len(own) for col in zip(*own)) if own else tuple(old))
return tuple(out)
# divides in place
new = centroids.copy()
for k in range(len(new)):
    own = points[labels == k]
    if len(own):
        total = own.sum(axis=0)
        total /= len(own)
        new[k] = total
return new
# zeros of the points' dtype
sums = np.zeros_like(points, shape=centroids.shape)
np.add.at(sums, labels, points)
n = np.bincount(labels, minlength=len(centroids))
return np.where(n[:, None] > 0, sums / np.maximum(n, 1)[:, None], centroids)
# bincount
k = len(centroids)
n = np.bincount(labels, minlength=k)
s = np.array([np.bincount(labels, w, minlength=k) for w in points.T]).T
return np.where(n[:, None], s / np.where(n, n, 1)[:, None], centroids)
# one-hot
hot = labels == np.arange(len(centroids))[:, None]
n = hot.sum(1, keepdims=True)
return np.where(n > 0, hot @ points / np.maximum(n, 1), centroids)
# NaN, then mended
with np.errstate(all="ignore"):
    new = np.array([points[labels == k].sum(0) / (labels == k).sum() for k in range(len(centroids))])
new[np.isnan(new)] = centroids[np.isnan(new)]
return new
# a running mean
new, n = centroids.copy(), [0] * len(centroids)
for p, k in zip(points, labels):
    n[k] += 1
    new[k] = p if n[k] == 1 else new[k] + (p - new[k]) / n[k]
return new
# two loops and no numpy
out = [list(c) for c in centroids]
for k in range(len(out)):
    n = sum(1 for l in labels if l == k)
    for j in range(len(out[k])):
        if n: out[k][j] = sum(p[j] for p, l in zip(points, labels) if l == k) / n
return out
# try and continue
new = np.array(centroids, dtype=float)
for k in range(len(new)):
    own = [p for p, l in zip(points, labels) if l == k]
    try: new[k] = sum(own) / len(own)
    except ZeroDivisionError: continue
return new
# unique, with its labels
new = centroids.copy()
for k in np.unique(labels): new[k] = points[labels == k].mean(0)
return new
# sorted and split
order = np.argsort(labels, kind="stable")
ends = np.searchsorted(labels[order], np.arange(len(centroids) + 1))
return [points[order[a:b]].mean(0) if b > a else c for a, b, c in zip(ends, ends[1:], centroids)]
# np.average
return np.array([np.average(points, axis=0, weights=labels == k) if np.isin(k, labels) else c for k, c in enumerate(centroids)])
# masked arrays
m = np.ma.array(np.broadcast_to(points, (len(centroids), *points.shape)))
m[labels != np.arange(len(centroids))[:, None]] = np.ma.masked
return np.where(m.count(1) > 0, m.mean(1).filled(0), centroids)
# a dictionary of lists
own = {}
for p, l in zip(points, labels): own.setdefault(int(l), []).append(p)
return [np.mean(own[k], axis=0) if k in own else c for k, c in enumerate(centroids)]
# fsum
own = [points[labels == k].T for k in range(len(centroids))]
return [[math.fsum(col) / len(col) for col in o] if o.size else list(c) for o, c in zip(own, centroids)]
# old plus the mean offset
new = centroids.copy()
for k in range(len(new)):
    own = points[labels == k] - centroids[k]
    new[k] += own.mean(0) if len(own) else 0
return new
# fractions
from fractions import Fraction
out = []
for k, c in enumerate(centroids):
    own = points[labels == k].tolist()
    out.append([sum(map(Fraction, col)) / len(own) for col in zip(*own)] if own else list(c))
return out
# numpy divide with where
s = np.zeros(centroids.shape); n = np.zeros(len(centroids))
for p, l in zip(points, labels): s[l] += p; n[l] += 1
return np.divide(s, n[:, None], out=centroids.copy(), where=n[:, None] > 0)
# pandas
import pandas as pd
means = pd.DataFrame(points).groupby(labels).mean()
return means.reindex(range(len(centroids))).fillna(pd.DataFrame(centroids)).to_numpy()
# take and flatnonzero
new = np.asarray(centroids) * 1.0
for k in range(new.shape[0]):
    i = np.flatnonzero(labels == k)
    if i.size: new[k] = points.take(i, axis=0).mean(axis=0)
return new
# a helper with early return
def mean_of(k):
    own = points[labels == k]
    if len(own) == 0: return centroids[k]
    return own.sum(0) / own.shape[0]
return np.vstack([mean_of(k) for k in range(len(centroids))])
# long doubles
return [points[labels == k].mean(0, dtype=np.longdouble) if k in labels else c for k, c in enumerate(centroids)]
"""

WRONG = """
# not the same each time
new = centroids.copy()
for k in set(labels): new[k] = np.random.permutation(points[labels == k])[:2].mean(0)
return new
# mean over all points
new = centroids.copy()
for k in range(len(new)):
    if k in labels: new[k] = points.mean(0)
return new
# wrong axis
return [points[labels == k].mean() * np.ones(points.shape[1]) if k in labels else c for k, c in enumerate(centroids)]
# empty cluster as NaN
return np.array([points[labels == k].mean(0) for k in range(len(centroids))])
# empty cluster as zeros
s = np.zeros(centroids.shape); np.add.at(s, labels, points)
return s / np.maximum(np.bincount(labels, minlength=len(s)), 1)[:, None]
# empty cluster as zeros
new = np.zeros(centroids.shape)
for k in set(labels): new[k] = points[labels == k].mean(0)
return new
# empty cluster dropped
return np.array([points[labels == k].mean(0) for k in np.unique(labels)])
# empty cluster moved
return [points[labels == k].mean(0) if k in labels else points[0] for k in range(len(centroids))]
# single member ignored
return [points[labels == k].mean(0) if (labels == k).sum() > 1 else c for k, c in enumerate(centroids)]
# only the first centroid
new = centroids.copy()
for k in range(len(new)):
    if k in labels: new[k] = points[labels == k].mean(0)
    return new
# first centroid left out
new = centroids.copy()
for k in range(1, len(new)):
    if k in labels: new[k] = points[labels == k].mean(0)
return new
# last centroid left out
new = centroids.copy()
for k in range(len(new) - 1):
    if k in labels: new[k] = points[labels == k].mean(0)
return new
# rounded
return [points[labels == k].mean(0).round(2) if k in labels else c for k, c in enumerate(centroids)]
# rounded
return [points[labels == k].mean(0).round(6) if k in labels else c for k, c in enumerate(centroids)]
# rounded
new = centroids.copy()
for k in set(labels): new[k] = points[labels == k].astype(np.float32).mean(0)
return new
# rounded
new = centroids.copy()
for k in set(labels): new[k] = points[labels == k].astype(np.float16).mean(0)
return new
# integer truncation
new = np.zeros(centroids.shape, dtype=int)
for k, c in enumerate(centroids): new[k] = points[labels == k].mean(0) if k in labels else c
return new
# integer truncation
return [points[labels == k].sum(0) // (labels == k).sum() if k in labels else c for k, c in enumerate(centroids)]
# sum, not mean
return [points[labels == k].sum(0) if k in labels else c for k, c in enumerate(centroids)]
# divided by the wrong count
return [points[labels == k].sum(0) / len(points) if k in labels else c for k, c in enumerate(centroids)]
# divided by the wrong count
return [points[labels == k].sum(0) / len(centroids) if k in labels else c for k, c in enumerate(centroids)]
# divided by the wrong count
return [points[labels == k].sum(0) / points[labels == k].size if k in labels else c for k, c in enumerate(centroids)]
# divided by the wrong count
return [points[labels == k].sum(0) / ((labels == k).sum() + 1) if k in labels else c for k, c in enumerate(centroids)]
# divided by the wrong count
return [points[labels == k].sum(0) / max((labels == k).sum() - 1, 1) if k in labels else c for k, c in enumerate(centroids)]
# divided by the wrong count / sum, not mean
new = centroids.copy(); n = 1
for k in set(labels):
    new[k] = points[labels == k].sum(0) / n
return new
# sum not reset
new, s, n = centroids.copy(), 0, 0
for k in range(len(new)):
    for p, l in zip(points, labels):
        if l == k: s = s + p; n += 1
    if n: new[k] = s / n
return new
# sum not reset
new, s = centroids.copy(), np.zeros(points.shape[1])
for k in range(len(new)):
    own = points[labels == k]
    for p in own: s = s + p
    if len(own): new[k] = s / len(own)
return new
# old centroid in the mean
return [np.vstack([c, points[labels == k]]).mean(0) for k, c in enumerate(centroids)]
# old centroid in the mean
new = centroids.copy(); np.add.at(new, labels, points)
n = np.bincount(labels, minlength=len(new))
new[n > 0] /= n[n > 0, None]
return new
# half-way
return [(c + points[labels == k].mean(0)) / 2 if k in labels else c for k, c in enumerate(centroids)]
# the move, not the position
return [points[labels == k].mean(0) - c if k in labels else 0 * c for k, c in enumerate(centroids)]
# median, not mean
return [np.median(points[labels == k], axis=0) if k in labels else c for k, c in enumerate(centroids)]
# middle of the range
return [(points[labels == k].min(0) + points[labels == k].max(0)) / 2 if k in labels else c for k, c in enumerate(centroids)]
# 1-based labels
return [points[labels == k + 1].mean(0) if k + 1 in labels else c for k, c in enumerate(centroids)]
# nothing moved
new = centroids.copy()
for k in range(len(new)):
    mean = points[labels == k].mean(0)
return new
# one member for each cluster
sums = np.zeros_like(centroids)
sums[labels] += points
return sums / np.bincount(labels, minlength=len(centroids))[:, None]
# wrong axis
return np.array([points[labels == k].mean() for k in range(len(centroids))])
# one member for each cluster
s = np.zeros(centroids.shape); s[labels] += points
n = np.bincount(labels, minlength=len(s))
new = centroids.copy(); new[n > 0] = s[n > 0] / n[n > 0, None]
return new
# one member for each cluster / last one wins
s, n = np.zeros(centroids.shape), np.zeros(len(centroids))
s[labels] += points; n[labels] += 1
return np.where(n[:, None] > 0, s / np.maximum(n, 1)[:, None], centroids)
# last one wins
new = centroids.copy()
for p, l in zip(points, labels): new[l] = p
return new
# last one wins
new = centroids.copy(); new[labels] = points
return new
# rows slipped up
new = centroids.copy()
for i, k in enumerate(np.unique(labels)): new[i] = points[labels == k].mean(0)
return new
# a point at 0 is nobody
new = centroids.copy()
for k in range(len(new)):
    members = points[labels == k]
    if members.any(): new[k] = members.mean(0)
return new
# a point at 0 is nobody
new = centroids.copy()
for k in range(len(new)):
    s = points[labels == k].sum(0)
    if s.any(): new[k] = s / (labels == k).sum()
return new
# first feature only
new = centroids.copy()
for k in set(labels): new[k, 0] = points[labels == k][:, 0].mean()
return new
# last feature left out
new = centroids.copy()
for k in set(labels):
    for n in range(points.shape[1] - 1): new[k, n] = points[labels == k][:, n].mean()
return new
# first feature left out
new = centroids.copy()
for k in set(labels):
    for n in range(1, points.shape[1]): new[k, n] = points[labels == k][:, n].mean()
return new
# first two features only
new = centroids.copy()
for k in set(labels): new[k, :2] = points[labels == k][:, :2].mean(0)
return new
# two features only
return [[points[labels == k, 0].mean(), points[labels == k, 1].mean()] if k in labels else c for k, c in enumerate(centroids)]
# stops at the empty cluster
new = centroids.copy()
for k in range(len(new)):
    own = points[labels == k]
    if len(own) == 0: break
    new[k] = own.mean(0)
return new
# labels ignored
labels = ((points[:, None] - centroids) ** 2).sum(2).argmin(1)
return [points[labels == k].mean(0) if k in labels else c for k, c in enumerate(centroids)]
# half of the last
new, seen = centroids.copy(), set()
for p, l in zip(points, labels):
    new[l] = (new[l] + p) / 2 if l in seen else p
    seen.add(l)
return new
# half of the last
new = centroids.copy()
for p, l in zip(points, labels): new[l] = (new[l] + p) / 2
return new
# labels used as rows
return [points[labels].mean(0) for k in range(len(centroids))]
# labels used as rows
new = centroids.copy()
for k in range(len(new)):
    if k < len(points): new[k] = points[labels[k : k + 1]].mean(0) if k < len(labels) else centroids[k]
return new
# equal points counted once
return [np.unique(points[labels == k], axis=0).mean(0) if k in labels else c for k, c in enumerate(centroids)]
# equal points counted once
new = centroids.copy()
for k in set(labels):
    own = list(set(map(tuple, points[labels == k])))
    new[k] = np.mean(own, axis=0)
return new
# input changed in place
for k in set(labels): centroids[k] = points[labels == k].mean(0)
return centroids
# wrong shape
return np.array([points[labels == k].mean(0) if k in labels else c for k, c in enumerate(centroids)]).T
# rows in another order
new = [points[labels == k].mean(0) if k in labels else c for k, c in enumerate(centroids)]
return new[::-1]
# no return
for k in range(len(centroids)): print(points[labels == k].sum(0))
# None instead of a row
return [points[labels == k].mean(0) if k in labels else None for k in range(len(centroids))]
# wrong dtype
return np.array([points[labels == k].mean(0) if k in labels else c for k, c in enumerate(centroids)], dtype=np.float32)
# returns several things
new = [points[labels == k].mean(0) if k in labels else c for k, c in enumerate(centroids)]
return new, labels
# divided by the wrong count
def mine(points, labels, centroids):
    rows = [points[labels == k] for k in range(len(centroids))]
    return [r.sum(0) / (len(r) + ONE) if len(r) else c for r, c in zip(rows, centroids)]
ONE = 1
# reads a global
def mine(points, labels, centroids):
    new = centroids.copy()
    for k in range(K):
        if k in labels: new[k] = points[labels == k].mean(0)
    return new
K = 2
# raises UnboundLocalError
for k in range(len(centroids)): new[k] = points[labels == k].mean(0)
new = centroids
return new
# last one wins
return [points[labels == k][-1] if k in labels else c for k, c in enumerate(centroids)]
# first one wins
return [points[labels == k][0] if k in labels else c for k, c in enumerate(centroids)]
# nearest point, not the mean
out = []
for k, c in enumerate(centroids):
    own = points[labels == k]
    out.append(own[((own - own.mean(0)) ** 2).sum(1).argmin()] if len(own) else c)
return out
"""
