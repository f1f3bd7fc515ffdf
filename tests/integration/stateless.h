// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/rpc/method.h"

namespace mailroom::tests {

// The service's own, but stateless: it may have replicas. Static storage.
template <class Service>
const rpc::ServiceSpec& StatelessSpec() {
  static const rpc::ServiceSpec spec = [] {
    rpc::ServiceSpec changed = Service::Spec();
    changed.stateless = true;
    return changed;
  }();
  return spec;
}

}  // namespace mailroom::tests
