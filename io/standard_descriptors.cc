// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "mailroom/io/descriptor.h"

namespace mailroom::io {

Status OpenStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest number that is free, which is `fd`: those below it are open by now.
    if (::open("/dev/null", O_RDWR) < 0) return ErrnoStatus("open /dev/null", errno);
  }
  return Status();
}

}  // namespace mailroom::io
