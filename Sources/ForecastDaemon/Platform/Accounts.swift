// Names of users and groups, and which group opens a socket: what a sentence about a missing permission must know.

import CPlatform
import Glibc

/// What /etc/passwd and /etc/group say.
enum Accounts {
    /// The name of this process's user; nil where it has none, as in a container that was given a bare number.
    static var ownName: String? {
        unsafe getpwuid(geteuid()).map { unsafe String(cString: $0.pointee.pw_name) }
    }

    /// The group whose members may connect to a socket; nil where it opens to its owner alone, or to root's group.
    ///
    /// A socket that cannot even be looked at lies in a folder that is closed, and then it is the folder's group.
    static func group(opening socket: String) -> String? {
        var rights = platform_file_rights()
        if unsafe platform_rights(socket, &rights) == 0 { return name(rights.gid, if: rights.mode & S_IWGRP != 0) }
        guard let slash = socket.lastIndex(of: "/"),
            unsafe platform_rights(String(socket[..<slash]), &rights) == 0
        else { return nil }
        return name(rights.gid, if: rights.mode & S_IXGRP != 0)
    }

    private static func name(_ group: gid_t, if isOpen: Bool) -> String? {
        guard isOpen, group != 0 else { return nil }
        return unsafe getgrgid(group).map { unsafe String(cString: $0.pointee.gr_name) }
    }
}
