#pragma once
#include <concepts>
#include <cstdint>

namespace vtpu::net::packet {

/// What creates packets and follows them. A client gives packets to an Engine by `offer` and asks for timers by
/// `set_timer`; it may do both from `sent`, `delivered` and `timer`. The engine calls the client in the order of
/// simulated time, and `Engine::now()` is the time of the call. An offer may start a packet at once, so `sent` is
/// called again before `offer` returns.
template <class C>
concept PacketClient = requires(C& client, const C& constant, std::uint32_t channel, std::uint32_t tag,
                                std::uint32_t bytes, std::uint32_t number, bool from_source) {
  /// A packet starts on a channel; called on every hop. `tag`: as given to `offer`. `from_source`: the packet leaves
  /// its source's queue, so its first hop.
  { client.sent(channel, tag, from_source) } -> std::same_as<void>;
  /// The tail of a packet has arrived at its destination, and its buffer space is free again. Called once per packet.
  { client.delivered(tag, bytes) } -> std::same_as<void>;
  /// A timer has expired. `number`: as given to `set_timer`.
  { client.timer(number) } -> std::same_as<void>;
  /// The progress of the run, 0..1, for the watcher. Called rarely.
  { constant.done() } -> std::convertible_to<double>;
};

/// A client without its type, so that the engine is compiled once for all clients. The client must outlive it.
class ClientCalls {
 public:
  template <PacketClient C>
  explicit ClientCalls(C& client)
      : client_(&client),
        sent_([](void* c, std::uint32_t channel, std::uint32_t tag, bool from_source) {
          static_cast<C*>(c)->sent(channel, tag, from_source);
        }),
        delivered_([](void* c, std::uint32_t tag, std::uint32_t bytes) { static_cast<C*>(c)->delivered(tag, bytes); }),
        timer_([](void* c, std::uint32_t number) { static_cast<C*>(c)->timer(number); }),
        done_([](const void* c) -> double { return static_cast<const C*>(c)->done(); }) {}

  void sent(std::uint32_t channel, std::uint32_t tag, bool from_source) const {
    sent_(client_, channel, tag, from_source);
  }
  void delivered(std::uint32_t tag, std::uint32_t bytes) const { delivered_(client_, tag, bytes); }
  void timer(std::uint32_t number) const { timer_(client_, number); }
  double done() const { return done_(client_); }

 private:
  void* client_;
  void (*sent_)(void*, std::uint32_t, std::uint32_t, bool);
  void (*delivered_)(void*, std::uint32_t, std::uint32_t);
  void (*timer_)(void*, std::uint32_t);
  double (*done_)(const void*);
};

}  // namespace vtpu::net::packet
