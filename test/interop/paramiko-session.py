"""paramiko logs in to skeyid in each way that it has. Arguments: port, key file. Prints a line for each."""
import socket
import sys

import paramiko

PORT, KEY = int(sys.argv[1]), sys.argv[2]


def transport():
    made = paramiko.Transport(socket.create_connection(("127.0.0.1", PORT)))
    # A busy machine takes its time.
    made.banner_timeout = made.handshake_timeout = made.auth_timeout = 120
    made.start_client()
    return made


def outcome(name, login):
    made = transport()
    try:
        login(made)
        print(name, "->", made.is_authenticated())
    except paramiko.SSHException as problem:
        print(name, "->", type(problem).__name__)
    made.close()


outcome("password", lambda t: t.auth_password("admin", "letmein", fallback=False))
outcome("wrong password", lambda t: t.auth_password("admin", "letmeout", fallback=False))
outcome("nobody", lambda t: t.auth_password("nobody", "letmein", fallback=False))
outcome("interactive", lambda t: t.auth_interactive("admin", lambda *_: ["letmein"]))
outcome("nothing", lambda t: t.auth_none("admin"))
outcome("key", lambda t: t.auth_publickey("admin", paramiko.RSAKey.from_private_key_file(KEY)))
outcome("stranger's key", lambda t: t.auth_publickey("admin", paramiko.RSAKey.generate(2048)))
outcome("another's key", lambda t: t.auth_publickey("nobody", paramiko.RSAKey.from_private_key_file(KEY)))
