internal import Glibc

/// Runs `make` without a umask: what it makes has its whole mode from the start, and needs no chmod, which not every
/// file system has. errno stays that of `make`.
package func withoutUmask<Result>(_ make: () -> Result) -> Result {
  let mask = umask(0)
  let result = make()
  let error = errno
  umask(mask)
  errno = error
  return result
}
