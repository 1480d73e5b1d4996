// What can go wrong between a command and the daemon, as sentences that name the next step, with exit codes.
//
// Codes are those of sysexits(3), so that a script tells "no daemon" from "no such series" without reading text.
// A command prints `description` to standard error and leaves with `exitCode`.

/// Why a command could not do what it was asked.
package enum ClientError: Error, Equatable {
    /// No socket answered. `tried` are the paths in the order they were tried.
    case noDaemon(tried: [String])
    /// A socket is there, but this user may not connect to it. `user` is nil where it has no name on this host, `group`
    /// where no group opens the socket.
    case noPermission(path: String, user: String?, group: String?)
    /// The daemon was there and then was not, or spoke something else than HTTP.
    case interrupted(path: String, reason: String)
    /// The daemon said no. `sentence` is its own.
    case refused(status: Int, sentence: String)
    /// A file makes no sense.
    case badInput(String)
    /// A file is not there or cannot be read.
    case noInput(String)
    /// A file is there, or may be, and this user may not read it.
    case forbidden(String)
    /// What was asked for cannot be written where it was wanted.
    case unwritable(String)
    /// A flag or argument makes no sense.
    case usage(String)
}

extension ClientError {
    /// As in sysexits(3); 1 is the plain "no".
    package var exitCode: Int32 {
        switch self {
        case .noDaemon, .interrupted: 69
        case .noPermission, .forbidden: 77
        case .refused(let status, _):
            switch status {
            case 403: 77
            case 404: 1
            case 503: 75
            case 400..<500: 65
            default: 70
            }
        case .badInput: 65
        case .noInput: 66
        case .unwritable: 73
        case .usage: 64
        }
    }
}

extension ClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noDaemon(let tried):
            """
            no forecastd answers (tried \(tried.joined(separator: ", "))).
            Start it with `sudo systemctl start forecastd`, or, without systemd and as any user, with `forecastd run`.
            """
        case .noPermission(let path, let user?, let group?):
            """
            \(user) may not connect to \(path).
            Allow it with `sudo usermod -aG \(group) \(user)`, then log in again.
            """
        case .noPermission(let path, nil, let group?):
            """
            this user may not connect to \(path), and has no name on this host that a group could list.
            Run the command as a user of the group \(group), or as root.
            """
        case .noPermission(let path, let user, nil):
            """
            \(user ?? "this user") may not connect to \(path): it is open to its owner alone.
            Run the command as that user, or with sudo; or start the daemon by its units, whose sockets have a group.
            """
        case .interrupted(let path, let reason):
            "the daemon behind \(path) broke off: \(reason). `forecastd status` says whether it still runs."
        case .refused(_, let sentence):
            sentence
        case .forbidden(let sentence):
            "\(sentence)\nRun the command as the user of the daemon, as a member of its group, or with sudo."
        case .badInput(let sentence), .noInput(let sentence), .unwritable(let sentence), .usage(let sentence):
            sentence
        }
    }
}
