"""Other programs for the first table: geokmeans, Intel's extension, faiss. Each is optional, and belongs to the benchmark only.

`pip install geokmeans faiss-cpu scikit-learn-intelex` brings all three; what is not there is left out, with a word in the text.

geokmeans takes no start: it draws K of the points by a seed, in the same way for any points. So it gets the points in another
order, in which those that it draws are the start, and its labels are put back into the old order.
"""

import numpy as np

METHODS = ("annulus", "geo", "exponion", "hamerly", "ball", "elkan", "lloyd")
SEED = 7
SLOW_FROM = 20_000_000  # coordinate differences in an iteration from which only the quickest of them run
QUICK = METHODS[:2]
MAX_ITER = 300


def geokmeans(row):
    """Name -> method. A method returns its own count of the distances, too."""
    from geokmeans import _core

    def call(method, points, k, most):
        return _core.run(algorithm=method, data=points, num_clusters=k, threshold=0.0, num_iterations=most, seed=SEED)

    def run(method):
        arranged = {}

        def whole(points, start):
            if not arranged:
                arranged["order"] = order = order_for(points, start, lambda numbers, k: call("lloyd", numbers, k, 0))
                arranged["points"] = np.ascontiguousarray(points[order])
            got = call(method, arranged["points"], len(start), MAX_ITER)
            labels = np.empty(len(points), np.intp)
            labels[arranged["order"]] = got["labels"]
            return labels, got["n_iter"], got["distance_calculations"]

        return whole

    large = row.m * row.k * row.n > SLOW_FROM
    return {f"geokmeans {method}": run(method) for method in (QUICK if large else METHODS)}


def order_for(points, start, draw):
    """An order of the points in which those that geokmeans draws are the start."""
    drawn = draw(np.arange(len(points), dtype=float)[:, None], len(start))["centroids"][:, 0].astype(int)
    where = {point.tobytes(): i for i, point in enumerate(points)}
    order = np.arange(len(points))
    for place, centroid in zip(drawn, start, strict=True):
        other = int(np.flatnonzero(order == where[centroid.tobytes()])[0])
        order[[place, other]] = order[[other, place]]
    return order


def intel(row):
    from sklearnex.cluster import KMeans

    def run(points, start):
        model = KMeans(len(start), init=start, n_init=1, tol=0, max_iter=MAX_ITER, algorithm="lloyd").fit(points)
        return model.labels_, model.n_iter_

    return {"scikit-learn-intelex": run}


def faiss32(iterations):
    """faiss, which computes in float32 and has no test for the end: it gets the number of iterations that the others needed."""
    import faiss

    def run(points, start):
        single = points.astype(np.float32)
        model = faiss.Kmeans(
            points.shape[1], len(start), niter=iterations, max_points_per_centroid=10**9, min_points_per_centroid=1
        )
        model.train(single, init_centroids=start.astype(np.float32))
        return model.index.search(single, 1)[1][:, 0], iterations

    return {"faiss, float32": run}


def peers(row, iterations):
    """Name -> method of all that are installed, and a word for each that is not."""
    found, missing = {}, []
    for name, make in (
        ("geokmeans", lambda: geokmeans(row)),
        ("scikit-learn-intelex", lambda: intel(row)),
        ("faiss", lambda: faiss32(iterations)),
    ):
        try:
            found |= make()
        except Exception as error:
            missing.append(f"{name} ({type(error).__name__})")
    return found, missing
