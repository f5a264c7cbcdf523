"""Guides: what there is to see in a recipe, the question to ask, and what to try afterwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Try:
    """Something to try after a recipe.

    Attributes
    ----------
    command : str
        That works as it is written.
    what : str
        What to look at, in one or two sentences.
    """

    command: str
    what: str


@dataclass(frozen=True)
class Guide:
    """How to look at the pictures of a recipe.

    Attributes
    ----------
    see : str
        What there is to see, and where.
    question : str
        What to ask before the answer is read.
    answer : str
    tries : tuple of Try
        Three.
    seconds : int
        About how long the recipe computes, with its film, on one core of a laptop.
    """

    see: str = ""
    question: str = ""
    answer: str = ""
    tries: tuple[Try, ...] = ()
    seconds: int = 0


GUIDES: dict[str, Guide] = {
    "circles": Guide(
        see=(
            "Look at the film first. Untrained, the network draws a line anywhere; around epoch 10 the whole "
            "plane is blue; then a line appears, bends, and closes to a ring around the red points. The "
            "cross is a new point at (-0.5, -0.4): watch its probability."
        ),
        question="Each hidden unit can draw one straight line. How many lines does a ring need at least?",
        answer=(
            "Three, as a triangle is the smallest closed figure. The picture of the hidden units shows the "
            "four lines of this network; the output weighs them and adds them up."
        ),
        tries=(
            Try(
                "separatrix fit circles --hidden 2 --activation logistic --rate 0.1 --film two-units.html",
                "Two units instead of four: which points stay on the wrong side?",
            ),
            Try(
                "separatrix fit circles --hidden 4 --activation logistic --rate 0.001 --epochs 100",
                "A small rate and few epochs: read what the command says about the training.",
            ),
            Try(
                "separatrix play circles -o circles-page.html",
                "Train the network by hand in the browser, one step at a time, and move its weights.",
            ),
        ),
        seconds=9,
    ),
    "ten-points": Guide(
        see=(
            "Look at the two loss curves. One is flat at 0.693, the loss of guessing, for all 10 000 "
            "epochs. The other stays there for a while, too, and then falls. Only the learning rate "
            "differs."
        ),
        question=(
            "The loss is flat for a long time at both rates. How can one know that a training is not over?"
        ),
        answer=(
            "By comparing with the loss of guessing. As long as the loss is no lower, the network has "
            "learned nothing, however long it was trained: raise the rate, or train longer."
        ),
        tries=(
            Try(
                "separatrix fit ten-points --hidden 2,4 --activation logistic --solver sgd --rate 0.001 "
                "--epochs 500",
                "The tutorial's rate: the command says that nothing was learned, and what to try.",
            ),
            Try(
                "separatrix fit ten-points --hidden 2,4 --activation tanh --epochs 2000 --film ten.html",
                "Another activation, and a rate that is found by a range test.",
            ),
            Try(
                "separatrix data ten-points -o ten.csv",
                "Write the points to a file, change one of them in an editor, and fit again.",
            ),
        ),
        seconds=24,
    ),
    "gaussians": Guide(
        see=(
            "The film shows the same ten steps twice: on the left as a line that turns, on the right as a "
            "point that goes down a surface. Each point of the surface is one pair of weights, and so one "
            "line."
        ),
        question=(
            "The first step is long, and the later ones get shorter, though the rate stays the same. Why?"
        ),
        answer=(
            "A step is the rate times the gradient, and the gradient is the slope of the surface, which is "
            "steep at the start and flat near the minimum."
        ),
        tries=(
            Try(
                "separatrix fit gaussians --hidden none --solver sgd --rate 0.5 -o line.safetensors",
                "The same kind of network with a bias: its line need not go through the origin.",
            ),
            Try(
                "separatrix fit gaussians --hidden 100 --activation relu --film bends.html",
                "A hundred hidden units on 40 points: what does the line do between them?",
            ),
            Try(
                "separatrix play gaussians -o gaussians-page.html",
                "Change the rate in the browser until the steps overshoot.",
            ),
        ),
        seconds=6,
    ),
    "moons": Guide(
        see=(
            "Compare the two boundaries: logistic regression draws a line and is right on 89 % of the test "
            "points; the network bends it. The picture of the last hidden layer shows how: there the same "
            "points can be separated by a line."
        ),
        question="Untrained, the network is right on about half of the points. How good is that?",
        answer=(
            "No better than guessing: a constant answer is right on one half as well, as both classes are as "
            "frequent. An accuracy has a meaning only beside that of such a guess."
        ),
        tries=(
            Try(
                "separatrix fit moons --hidden 5,3 --activation tanh --film moons.html",
                "The same network with Adam: how many epochs does it need?",
            ),
            Try(
                "separatrix fit moons --hidden 1 --activation tanh --rate 0.1",
                "One hidden unit: is it better than a line?",
            ),
            Try(
                "separatrix search moons --candidates 20",
                "Which network is the smallest that is as good as the best?",
            ),
        ),
        seconds=12,
    ),
    "bumps": Guide(
        see=(
            "Look at the curves of the hidden units: each is one smooth step, somewhere along x. The "
            "output adds them up, weighted, and a sum of steps makes the blocks."
        ),
        question="How many steps does a curve need that goes up and down three times?",
        answer=(
            "Six: one at each edge of a block. The network has twenty, as many first weights never move to "
            "an edge: see how often the smaller networks fail."
        ),
        tries=(
            Try(
                "separatrix fit bumps --hidden 6 --activation logistic --rate 0.1 --film six-units.html",
                "Six units are enough in principle. Do they find the edges?",
            ),
            Try(
                "separatrix fit bumps --hidden 20 --activation relu --n-init 1 --random-state 3",
                "Other first weights: how much does the result depend on them?",
            ),
            Try(
                "separatrix search bumps --candidates 20",
                "Let a search answer the tutorial's last question, how many hidden layers, for units of "
                "another activation, relu. Is the answer the same?",
            ),
        ),
        seconds=25,
    ),
}
