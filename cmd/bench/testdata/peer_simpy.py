"""W1, W2, W2t and W3 of docs/performance.md for SimPy, each as short as it can be.

    python3 peer_simpy.py w2 REQUESTS SEED

prints SimPy's version, the requests, the CPU seconds of the event loop, and the mean
response in milliseconds, which are the unit of all times here.
"""

import random
import sys
import time

import simpy

LEG = 0.5  # of network, one way
PATIENCE = 1000.0  # of a caller in W2t
exponential = random.expovariate


class Model:
    def __init__(self, requests):
        self.env = simpy.Environment()
        self.requests = requests
        self.total = 0.0

    def source(self, request, rate):
        for _ in range(self.requests):
            self.env.process(request())
            yield self.env.timeout(exponential(rate))

    def w1(self):
        env = self.env
        servers = simpy.Resource(env, 1)

        def request():
            began = env.now
            with servers.request() as server:
                yield server
                yield env.timeout(exponential(1 / 0.8))
            self.total += env.now - began

        return request, 1.0

    def w2(self):
        env = self.env
        gateways, apps, dbs = (simpy.Resource(env, n) for n in (16, 16, 4))

        def request():
            began = env.now
            with gateways.request() as gateway:  # held while it waits for the app
                yield gateway
                yield env.timeout(exponential(1.0))
                yield env.timeout(LEG)
                with apps.request() as app:
                    yield app
                    yield env.timeout(exponential(1 / 3))
                    yield env.timeout(LEG)
                    with dbs.request() as db:
                        yield db
                        yield env.timeout(exponential(1.0))
                    yield env.timeout(LEG)
                yield env.timeout(LEG)
            self.total += env.now - began

        return request, 1.5

    def w2t(self):
        env = self.env
        gateways, apps, dbs = (simpy.Resource(env, n) for n in (16, 16, 4))

        def patiently(work):
            return env.process(work) | env.timeout(PATIENCE)

        def query():
            yield env.timeout(LEG)
            with dbs.request() as db:
                yield db
                yield env.timeout(exponential(1.0))
            yield env.timeout(LEG)

        def page():
            yield env.timeout(LEG)
            with apps.request() as app:
                yield app
                yield env.timeout(exponential(1 / 3))
                yield patiently(query())
            yield env.timeout(LEG)

        def visit():
            with gateways.request() as gateway:
                yield gateway
                yield env.timeout(exponential(1.0))
                yield patiently(page())

        def request():
            began = env.now
            yield patiently(visit())
            self.total += env.now - began

        return request, 1.5

    def w3(self):
        env = self.env
        trees = [[simpy.Resource(env, 2) for _ in range(10)] for _ in range(100)]
        below = {0: (1, 2, 3), 1: (4, 5), 2: (6, 7), 3: (8, 9)}

        def call(tree, service):
            yield env.timeout(LEG)
            with tree[service].request() as server:
                yield server
                yield env.timeout(exponential(1.0))
                if service in below:
                    yield env.all_of([env.process(call(tree, child)) for child in below[service]])
            yield env.timeout(LEG)

        def request():
            began = env.now
            tree = random.choice(trees)
            with tree[0].request() as server:
                yield server
                yield env.timeout(exponential(1.0))
                yield env.all_of([env.process(call(tree, child)) for child in below[0]])
            self.total += env.now - began

        return request, 10.0


def main(workload, requests, seed):
    random.seed(seed)
    model = Model(requests)
    model.env.process(model.source(*getattr(model, workload)()))
    began = time.process_time()
    model.env.run()
    print(simpy.__version__, requests, time.process_time() - began, model.total / requests)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
