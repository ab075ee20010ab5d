// W1, W2, W2t and W3 of docs/performance.md on SimGrid's S4U: a request is an
// actor, as are concurrent branches and calls with a timeout; a station is a
// semaphore, a service or a message's way a sleep.
//
//	g++ -O2 -std=c++17 peer_simgrid.cc -o peer_simgrid -lsimgrid
//	peer_simgrid w2 REQUESTS SEED --cfg=contexts/factory:raw --cfg=contexts/stack-size:32 --log=root.thres:critical
//
// prints the requests, the CPU seconds of the event loop, and the mean response in
// milliseconds. Times are seconds here.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <simgrid/s4u.hpp>
#include <string>
#include <vector>

namespace s4u = simgrid::s4u;
using s4u::this_actor::sleep_for;

namespace {

const double leg = 0.5e-3;
const double patience = 1;

std::mt19937_64 generator;

double Exponential(double mean) { return std::exponential_distribution<double>(1 / mean)(generator); }

struct Service {
  s4u::SemaphorePtr servers;
  double mean;
  std::vector<int> children;
};

std::vector<Service> services;
std::vector<int> roots;
double gap;
bool timeouts;
long requests, done;
double total;
s4u::Host *host;

void Wait(int id, double way);

// The server is held while it waits for the calls below.
void Call(int id, double way) {
  const Service &s = services[id];
  if (way > 0)
    sleep_for(way);
  s.servers->acquire();
  sleep_for(Exponential(s.mean));
  if (s.children.size() == 1) {
    Wait(s.children[0], leg);
  } else if (!s.children.empty()) {
    auto joined = s4u::Semaphore::create(0);
    for (int child : s.children)
      s4u::Actor::create("branch", host, [child, joined] {
        Wait(child, leg);
        joined->release();
      });
    for (size_t i = 0; i < s.children.size(); i++)
      joined->acquire();
  }
  s.servers->release();
  if (way > 0)
    sleep_for(way);
}

void Wait(int id, double way) {
  if (!timeouts) {
    Call(id, way);
    return;
  }
  auto answered = s4u::Semaphore::create(0);
  s4u::Actor::create("call", host, [id, way, answered] {
    Call(id, way);
    answered->release();
  });
  if (answered->acquire_timeout(patience)) { // no call of these workloads takes as long
    std::fprintf(stderr, "service %d: a call timed out\n", id);
    std::exit(1);
  }
}

void Source() {
  std::uniform_int_distribution<size_t> any(0, roots.size() - 1);
  for (long i = 0; i < requests; i++) {
    int root = roots[any(generator)];
    s4u::Actor::create("request", host, [root] {
      double began = s4u::Engine::get_clock();
      Wait(root, 0);
      total += s4u::Engine::get_clock() - began;
      done++;
    });
    sleep_for(Exponential(gap));
  }
}

int Add(int servers, double mean, std::vector<int> children = {}) {
  services.push_back({s4u::Semaphore::create(servers), mean, std::move(children)});
  return int(services.size()) - 1;
}

int Tree() {
  std::vector<int> mids;
  for (int i = 0; i < 3; i++) {
    int one = Add(2, 1e-3), other = Add(2, 1e-3);
    mids.push_back(Add(2, 1e-3, {one, other}));
  }
  return Add(2, 1e-3, mids);
}

bool Build(const std::string &workload) {
  if (workload == "w1") {
    gap = 1e-3;
    roots = {Add(1, 0.8e-3)};
  } else if (workload == "w2" || workload == "w2t") {
    gap = 1e-3 / 1.5;
    timeouts = workload == "w2t";
    int db = Add(4, 1e-3), app = Add(16, 3e-3, {db});
    roots = {Add(16, 1e-3, {app})};
  } else if (workload == "w3") {
    gap = 0.1e-3;
    for (int i = 0; i < 100; i++)
      roots.push_back(Tree());
  } else {
    return false;
  }
  return true;
}

} // namespace

int main(int argc, char **argv) {
  s4u::Engine engine(&argc, argv);
  auto *zone = s4u::create_full_zone("zone");
  host = zone->create_host("host", 1e9);
  zone->seal();
  if (argc != 4 || !Build(argv[1]))
    return 2;
  requests = std::atol(argv[2]);
  generator.seed(std::atol(argv[3]));
  s4u::Actor::create("source", host, Source);
  std::clock_t began = std::clock();
  engine.run();
  double seconds = double(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("- %ld %.6f %.6f\n", done, seconds, total / done * 1e3);
}
