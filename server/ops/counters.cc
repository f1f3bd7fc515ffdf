// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/counters.h"

namespace mailroom::server {

const char* ShedName(Shed reason) {
  switch (reason) {
    case Shed::kMailboxFull:
      return "mailbox_full";
    case Shed::kDraining:
      return "draining";
    case Shed::kTooManyCalls:
      return "too_many_calls";
    case Shed::kBodyMemory:
      return "body_memory";
  }
  return "unknown";
}

const char* ReleasedName(Released reason) {
  switch (reason) {
    case Released::kReset:
      return "reset";
    case Released::kDeadline:
      return "deadline";
    case Released::kClosed:
      return "closed";
  }
  return "unknown";
}

const char* EvictedName(Evicted reason) {
  switch (reason) {
    case Evicted::kHeader:
      return "header";
    case Evicted::kBody:
      return "body";
    case Evicted::kIdle:
      return "idle";
    case Evicted::kWrite:
      return "write";
    case Evicted::kAge:
      return "age";
    case Evicted::kAgeGrace:
      return "age_grace";
    case Evicted::kRequests:
      return "requests";
    case Evicted::kLinger:
      return "linger";
    case Evicted::kHalfClose:
      return "half_close";
  }
  return "unknown";
}

}  // namespace mailroom::server
