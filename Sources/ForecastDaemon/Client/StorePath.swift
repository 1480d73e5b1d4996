// The store file that a command works on without the daemon: where this user's `forecastd run` would put it, and whether
// a file that was named can be one at all.
internal import Glibc
internal import SeriesStore

/// Finds the store without asking anyone.
package enum StorePath {
    /// By STATE_DIRECTORY, XDG_STATE_HOME and HOME, as `forecastd run` without flags decides.
    package static var ofThisUser: String { Directories(state: Directories.defaultState(), runtime: "").store }

    /// The first bytes of every SQLite file (sqlite.org/fileformat2.html).
    private static let magic = Array("SQLite format 3\0".utf8)

    /// The path itself, where an SQLite file may be or nothing is: SQLite's own words for other files are of no help.
    package static func checked(_ path: String) throws(ClientError) -> String {
        if Environment.isDirectory(path) {
            throw .noInput("\(path) is a folder; the store in it would be \(path)/forecasts.db")
        }
        let beginning: [UInt8]
        do throws(DescriptorError) {
            beginning = try Descriptor.open(reading: path).read(upTo: magic.count)
        } catch {
            // What is not there is the store's to tell: it may be made, or looked for elsewhere.
            if error.code == ENOENT { return path }
            throw error.isForbidden ? .forbidden(error.description) : .noInput(error.description)
        }
        guard beginning.isEmpty || beginning == magic else {
            throw .badInput("\(path) is no store of forecastd: it is not an SQLite file")
        }
        return path
    }
}
