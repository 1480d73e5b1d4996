// A file in pieces, for whoever sends or reads it from its beginning to its end.

/// Reads one file once. A class, because two closures share how far it has been read.
package final class FilePieces {
    /// Bytes of one piece.
    private static let pieceSize = 256 * 1024

    /// As the user named it; `-` is standard input.
    package let path: String
    /// Bytes given out.
    package private(set) var given = 0
    /// Bytes of the file; nil where it has no length.
    package let size: Int?
    private let descriptor: Descriptor

    package init(_ path: String) throws(ClientError) {
        self.path = path
        do throws(DescriptorError) { descriptor = try Descriptor.open(reading: path) } catch {
            throw .noInput(error.description)
        }
        size = path == "-" ? nil : try? Descriptor.size(of: path)
    }

    /// The next piece; empty at the end.
    package func next() throws(ClientError) -> [UInt8] {
        do throws(DescriptorError) {
            let piece = try descriptor.read(upTo: FilePieces.pieceSize)
            given += piece.count
            return piece
        } catch {
            throw .noInput("\(path): \(error)")
        }
    }

    /// Share of the file given out; nil where its length is not known.
    package var share: Double? { size.flatMap { $0 > 0 ? Double(given) / Double($0) : nil } }
}
