// SPDX-License-Identifier: Apache-2.0

// moodycamel orders its memory with fences, which ThreadSanitizer cannot see: every race it reports
// there is false. The price: a true race with one of its two frames inside the queue stays hidden.
extern "C" const char* __tsan_default_suppressions() { return "race:moodycamel::\n"; }
