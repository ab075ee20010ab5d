// W1, W2, W2t and W3 of docs/performance.md on the core of ns-3: its calendar and
// its events, with stations written by hand, since it has none.
//
//	g++ -O2 -std=c++17 peer_ns3.cc -o peer_ns3 -lns3-core
//	peer_ns3 w2 REQUESTS SEED
//
// prints the requests, the CPU seconds of the event loop, and the mean response in
// milliseconds, which are the unit of all means here.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <ns3/core-module.h>
#include <random>
#include <string>
#include <vector>

using namespace ns3;

namespace {

const Time leg = MicroSeconds(500);
const Time patience = Seconds(1);

std::mt19937_64 generator;

Time Exponential(double mean) {
  return NanoSeconds(int64_t(std::exponential_distribution<double>(1 / mean)(generator) * 1e6));
}

struct Call {
  Call *parent; // null: a user's
  int service;
  int pending; // calls below that it waits for
  Time began;
  EventId expiry;
};

struct Service {
  int free;
  double mean;
  std::vector<int> children;
  std::deque<Call *> queue;
};

std::vector<Service> services;
std::vector<int> roots;
double gap;
bool timeouts;
long requests, issued, done;
double total;

std::vector<Call *> spare; // calls that are done, to be used again

void Arrive(Call *call);
void Serve(Call *call);
void Reply(Call *call);

void Expire(Call *call) { // no call of these workloads takes as long
  std::fprintf(stderr, "service %d: a call timed out\n", call->service);
  std::exit(1);
}

Call *Begin(Call *parent, int service) {
  Call *call;
  if (spare.empty()) {
    call = new Call;
  } else {
    call = spare.back();
    spare.pop_back();
  }
  call->parent = parent;
  call->service = service;
  if (!parent)
    call->began = Simulator::Now();
  if (timeouts)
    call->expiry = Simulator::Schedule(patience, &Expire, call);
  return call;
}

// The server is held while it waits for the calls below.
void Finish(Call *call) {
  Service &s = services[call->service];
  if (s.queue.empty()) {
    s.free++;
  } else {
    Call *next = s.queue.front();
    s.queue.pop_front();
    Serve(next);
  }
  if (call->parent)
    Simulator::Schedule(leg, &Reply, call);
  else
    Reply(call);
}

void Served(Call *call) {
  Service &s = services[call->service];
  call->pending = int(s.children.size());
  if (call->pending == 0)
    Finish(call);
  for (int child : s.children)
    Simulator::Schedule(leg, &Arrive, Begin(call, child));
}

void Serve(Call *call) { Simulator::Schedule(Exponential(services[call->service].mean), &Served, call); }

void Arrive(Call *call) {
  Service &s = services[call->service];
  if (s.free > 0) {
    s.free--;
    Serve(call);
  } else {
    s.queue.push_back(call);
  }
}

void Reply(Call *call) {
  if (timeouts)
    call->expiry.Cancel();
  if (Call *parent = call->parent) {
    if (--parent->pending == 0)
      Finish(parent);
  } else {
    total += (Simulator::Now() - call->began).GetNanoSeconds() / 1e6;
    if (++done == requests)
      Simulator::Stop();
  }
  spare.push_back(call);
}

void Generate() {
  size_t root = roots.size() > 1 ? std::uniform_int_distribution<size_t>(0, roots.size() - 1)(generator) : 0;
  Arrive(Begin(nullptr, roots[root]));
  if (++issued < requests)
    Simulator::Schedule(Exponential(gap), &Generate);
}

int Add(int servers, double mean, std::vector<int> children = {}) {
  services.push_back({servers, mean, std::move(children), {}});
  return int(services.size()) - 1;
}

int Tree() {
  std::vector<int> mids;
  for (int i = 0; i < 3; i++) {
    int one = Add(2, 1), other = Add(2, 1);
    mids.push_back(Add(2, 1, {one, other}));
  }
  return Add(2, 1, mids);
}

bool Build(const std::string &workload) {
  if (workload == "w1") {
    gap = 1;
    roots = {Add(1, 0.8)};
  } else if (workload == "w2" || workload == "w2t") {
    gap = 1 / 1.5;
    timeouts = workload == "w2t";
    int db = Add(4, 1), app = Add(16, 3, {db});
    roots = {Add(16, 1, {app})};
  } else if (workload == "w3") {
    gap = 0.1;
    for (int i = 0; i < 100; i++)
      roots.push_back(Tree());
  } else {
    return false;
  }
  return true;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 4 || !Build(argv[1]))
    return 2;
  requests = std::atol(argv[2]);
  generator.seed(std::atol(argv[3]));
  ObjectFactory scheduler;
  scheduler.SetTypeId("ns3::PriorityQueueScheduler"); // the fastest of its five here
  Simulator::SetScheduler(scheduler);
  Simulator::Schedule(Time(0), &Generate);
  std::clock_t began = std::clock();
  Simulator::Run();
  double seconds = double(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("- %ld %.6f %.6f\n", done, seconds, total / done);
}
