"""Three more widgets: strays that starts choose, a blind round of bets on K, and clusters on which K-means fails."""

import numpy as np
from ipywidgets import Button, FloatSlider, IntSlider

from kmeans_teach.lessons import choosing_charts as charts
from kmeans_teach.lessons.charts import gallery
from kmeans_teach.lessons.choosing import ari, bets, remedies, six_clouds, two_clusters
from kmeans_teach.lessons.starts import WAYS, draw_rows, strays
from kmeans_teach.lessons.widgets import PictureBox


class StrayChooser(PictureBox):
    """Points with a few strays, and how often each way to start chooses a stray. Sliders: how far away they are, how many."""

    def __init__(self, points, k=12, far=10, many=1, n=500):
        self.points, self.starts = points, (k, n)
        self.far = IntSlider(value=far, min=4, max=40, description="how far")
        self.many = IntSlider(value=many, min=1, max=30, description="how many")
        super().__init__(self.far, self.many)

    def draw(self):
        k, n = self.starts
        more, rng = strays(self.many.value, self.far.value), np.random.default_rng(0)
        both = np.vstack([self.points, more])
        self.shares = {way: float((draw_rows(both, k, n, way, rng) >= len(self.points)).any(axis=1).mean()) for way in WAYS}
        said = ", ".join(f"{way} {share:.0%}" for way, share in self.shares.items())
        sentence = f"Strays: {self.many.value}, {self.far.value} from the middle. Starts that choose a stray: {said}."
        self.put(charts.strays_picked(self.points, more, self.shares), sentence)


class BlindRound(PictureBox):
    """Bet on the K of clouds that are shown without a name. The button opens the bets of the scores, and the truth."""

    def __init__(self, clouds=None):
        self.clouds, self.yours, self._scores = list((clouds or six_clouds()).values()), {}, {}
        self.number = IntSlider(value=1, min=1, max=len(self.clouds), description="cloud")
        self.k = IntSlider(value=1, min=1, max=6, description="your K")
        self.button = Button(description="Bet", tooltip="your K is a bet on this cloud; then see the others' bets")
        self.button.on_click(lambda _: self.bet())
        super().__init__(self.number, self.k)
        self.row.children += (self.button,)

    def bet(self):
        """Make the slider's K the bet on this cloud, unless there is one, and open the others' bets."""
        i = self.number.value
        self.yours.setdefault(i, self.k.value)
        self._scores.setdefault(i, bets(self.clouds[i - 1][0]))
        self.draw()

    def draw(self):
        points, made_from = self.clouds[(i := self.number.value) - 1]
        said = {"you": self.yours[i], **self._scores[i], "made from": made_from} if i in self.yours else {}
        words = ", ".join(f"{name} {k}" for name, k in said.items()) or f"your bet is K = {self.k.value}? Press Bet"
        self.put(charts.bets_on(points, said), f"Cloud {i} of {len(self.clouds)}: {words}.")


class FailChooser(PictureBox):
    """Two clusters and four sliders: K-means raw, scaled, whitened, and a mixture, each with its ARI to the truth."""

    def __init__(self, mixture=None, angle=0, stretch=1, times=1, apart=6):
        self.mixture = mixture
        self.angle = IntSlider(value=angle, min=0, max=90, step=5, description="angle")
        self.stretch = FloatSlider(value=stretch, min=1, max=10, step=0.5, description="stretch")
        self.times = IntSlider(value=times, min=1, max=40, description="count ratio")
        self.apart = FloatSlider(value=apart, min=0, max=10, step=0.5, description="distance")
        super().__init__(self.angle, self.stretch, self.times, self.apart)

    def draw(self):
        setting = [one.value for one in (self.angle, self.stretch, self.times, self.apart)]
        points, labels = two_clusters(*setting)
        found = remedies(points, self.mixture)
        self.scores = {name: ari(labels, other) for name, other in found.items()}
        sentence = "Angle {}, stretch {:g}, count ratio {}, distance {:g}: ARI ".format(*setting)
        said = ", ".join(f"{name} {score:z.2f}" for name, score in self.scores.items())
        answers = [(f"{name}: ARI {self.scores[name]:z.2f}", points, labels) for name, labels in found.items()]
        self.put(gallery(*answers), f"{sentence}{said}.")
