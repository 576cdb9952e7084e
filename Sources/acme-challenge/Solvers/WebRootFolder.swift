import CSystem
import Glibc

/// A folder of a web root. By which links it is reached doesn't matter, but where it is: that is asked of the folder
/// itself, since what stands at its name may be another in the next moment.
enum WebRootFolder {
  /// As deep as one path can lead.
  private static let mostLevels = Int(PATH_MAX) / 2

  /// A descriptor of the folder at `path`, which is relative to `root`, for the caller to close; it names the folder,
  /// and can't be read. -1 with errno set where there is none. EXDEV says that a link leads out of the root.
  static func open(_ path: String, below root: Int32) -> Int32 {
    let folder = CSystem_open_name(root, path, O_DIRECTORY)
    guard folder >= 0 else { return -1 }
    let error = search(root, from: folder)
    guard error != 0 else { return folder }
    close(folder)
    errno = error
    return -1
  }

  /// Goes up from `folder` until that is `root`. 0, or the error.
  private static func search(_ root: Int32, from folder: Int32) -> Int32 {
    guard let end = Identity(root), var place = Identity(folder) else { return errno }
    var here = folder
    defer { if here != folder { close(here) } }
    for _ in 0..<mostLevels where place != end {
      let above = CSystem_open_name(here, "..", O_DIRECTORY)
      guard above >= 0 else { return errno }
      if here != folder { close(here) }
      here = above
      guard let next = Identity(here) else { return errno }
      // The top is its own parent.
      guard next != place else { return EXDEV }
      place = next
    }
    return place == end ? 0 : EXDEV
  }

  private struct Identity: Equatable {
    private let device: dev_t
    private let inode: ino_t

    /// nil with errno set where that can't be said.
    init?(_ file: Int32) {
      var status = stat()
      guard fstat(file, &status) == 0 else { return nil }
      (device, inode) = (status.st_dev, status.st_ino)
    }
  }
}
