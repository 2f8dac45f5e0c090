"""A learner of the class: signs in, opens the panel, and uses it as a person does."""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

from benchmarks.page import PATIENCE, Page

CELL = 'from kmeans_teach import Panel\npanel = Panel("blobs k=4 seed=7 start=12")\npanel'
KERNELS_PICTURE = "__import__('hashlib').sha256(panel.stage.canvas.buffer_rgba()).hexdigest()"
PACE = 2.0  # seconds between two acts
HAND = 0.05  # seconds between two movements of a drag
ACTS = {"Step": 4, "Back": 1, "Play": 2, "K slider": 3, "New centroids": 2, "a centroid by keys": 2}  # how often, of 14
STEPS = {"Step": 3, "Back": 1}


@dataclass
class Learner:
    name: str
    page: Page = field(default_factory=Page)
    token: str = ""
    opened: float = 0.0  # seconds from signing in to the first picture
    took: list = field(default_factory=list)  # (act, seconds from the click to the picture)

    async def open(self, hub, gate):
        async with gate:
            begun = time.perf_counter()
            address, self.token = await asyncio.to_thread(hub.sign_in, self.name)
            await self.page.connect(address, self.token)
            await self.page.run(CELL)
            await asyncio.wait_for(self.page.shown.wait(), PATIENCE)
            self.opened = time.perf_counter() - begun
        self.page.set(self.page.find(_anywidget_id="kmeans_teach.panel.access.Access"), width=860)  # the room of a wide page

    # ---- what a person does: each returns the seconds from the (last) movement of the hand to its picture

    async def act(self, what, rng):
        if what == "Play" and self.page.models[self._play]["value"]:
            what = "Step"  # Play would pause, which changes no picture
        ways = {"Play": self.play, "K slider": lambda: self.slider(rng), "a centroid by keys": lambda: self.keys(rng)}
        try:
            self.took.append((what, await ways.get(what, lambda: self.button(what))()))
        except Exception as error:
            self.page.errors.append(f"{what}: {type(error).__name__} {error}".strip())

    def button(self, label):
        model = self.page.find(_model_name="ButtonModel", description=label)
        return self.page.picture_after(lambda: self.page.tell(model, event="click"))

    @property
    def _play(self):
        return self.page.find(tooltip="Play or pause; at the end, play again")

    def play(self):
        return self.page.picture_after(lambda: self.page.set(self._play, value=True))

    async def slider(self, rng):
        """Drag the K slider over three to six values."""
        model = self.page.find(_model_name="IntSliderModel", description="K")
        k, way = self.page.models[model]["value"], rng.randint(3, 6)
        values = range(k + 1, k + way + 1) if k < 8 else range(k - 1, k - way - 1, -1)
        for value in values[:-1]:
            self.page.set(model, value=value)
            await asyncio.sleep(HAND)
        return await self.page.picture_after(lambda: self.page.set(model, value=values[-1]))

    async def keys(self, rng):
        """Choose a centroid by its letter and press an arrow key five times."""

        def press(key):
            name = self.page.tell(self.page.canvas, type="key_press", key=f"k{key}", guiEvent={})
            self.page.tell(self.page.canvas, type="key_release", key=f"k{key}", guiEvent={})
            return name

        arrow = rng.choice(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"])
        for key in rng.choice("abc"), arrow, arrow, arrow, arrow:
            press(key)
            await asyncio.sleep(HAND)
        return await self.page.picture_after(lambda: press(arrow))

    # ---- for how long

    async def be_busy(self, seconds, rng, acts):
        """One act every two seconds or so, each learner at moments of their own."""
        loop = asyncio.get_running_loop()
        end, due = loop.time() + seconds, loop.time() + rng.uniform(0, PACE)
        while due < end:
            await asyncio.sleep(due - loop.time())
            await self.act(rng.choices(list(acts), list(acts.values()))[0], rng)
            due = max(due + PACE * rng.uniform(0.75, 1.25), loop.time())
        await asyncio.sleep(end - loop.time())

    async def keep_playing(self, seconds):
        """Play, and again whenever the run has ended."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            if not self.page.models[self._play]["value"]:
                self.page.set(self._play, value=True)
            await asyncio.sleep(0.5)

    async def compare(self):
        """Pause, and note an error unless the page shows the kernel's picture, pixel by pixel."""
        await self.page.run("panel.stage.pause()")
        for _ in range(50):  # the last picture may still be under way
            kernels = await self.page.evaluate(KERNELS_PICTURE)
            pages = hashlib.sha256(await asyncio.to_thread(self.page.pixels)).hexdigest()
            if kernels == repr(pages):
                return
            await asyncio.sleep(0.1)
        self.page.errors.append("the page does not show the kernel's picture")
