// What can be wrong with the bytes of a model.

/// Why bytes are not a model.
public enum ModelFormatError: Error, Equatable, CustomStringConvertible {
    /// Fewer bytes than needed.
    case truncated(needed: Int, found: Int)
    /// Not a model at all.
    case notAModel
    /// Written by a newer daemon.
    case unknownVersion(UInt8)
    /// Damaged.
    case checksumMismatch(stored: UInt32, computed: UInt32)
    /// Undamaged, but not what this version writes.
    case unknownContent(String)

    /// One sentence, with what can be done. Deleting a model is always legal: it is trained again.
    public var description: String {
        switch self {
        case .truncated(let needed, let found): "model ends early: \(needed) bytes needed, \(found) found"
        case .notAModel: "these bytes are not a model: they do not begin with RNNF"
        case .unknownVersion(let version):
            "model version \(version) is newer than this daemon: upgrade it, or delete the model to train it again"
        case .checksumMismatch(let stored, let computed):
            "model damaged: checksum \(computed), stored \(stored); delete it to train it again"
        case .unknownContent(let what): "model not understood: \(what); delete it to train it again"
        }
    }
}
