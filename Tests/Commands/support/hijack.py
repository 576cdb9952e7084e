"""Takes a running process over: it makes the system calls that it is told to, in place of its own.

The process waits, most likely for its stdin; it is traced from outside, its registers are set to a call, and it is run
for one instruction. x86_64 alone."""

import contextlib
import ctypes
import errno
import os
import platform
import signal
import struct

CALLS = {"open": 2, "ioctl": 16, "socket": 41, "connect": 42, "bind": 49, "listen": 50, "clone": 56, "fork": 57, "execve": 59,
         "kill": 62, "truncate": 76, "rename": 82, "mkdir": 83, "unlink": 87, "symlink": 88, "chmod": 90,
         "chown": 92, "ptrace": 101, "utime": 132, "chroot": 161, "mount": 165, "keyctl": 250, "unshare": 272,
         "setns": 308, "process_vm_readv": 310, "bpf": 321, "io_uring_setup": 425, "clone3": 435}

POSSIBLE = platform.machine() == "x86_64" and os.geteuid() == 0

SEIZE, INTERRUPT, DETACH, GETREGS, SETREGS, STEP = 0x4206, 0x4207, 17, 12, 13, 9
EXIT_WITH_TRACER, STOP_AT_FORK, STOP_AT_VFORK, STOP_AT_CLONE = 1 << 20, 1 << 1, 1 << 2, 1 << 3
NAMES = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es "
         "fs gs").split()

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def ptrace(request, process, address=0, data=0):
    if LIBC.ptrace(request, process, address, data) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request}")


@contextlib.contextmanager
def hijacked(process):
    """The process of that number, in our hands; it is ended with that."""
    ptrace(SEIZE, process, data=EXIT_WITH_TRACER | STOP_AT_FORK | STOP_AT_VFORK | STOP_AT_CLONE)
    try:
        ptrace(INTERRUPT, process)
        os.waitpid(process, 0)
        yield Hijacked(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


class Hijacked:
    def __init__(self, process):
        self.process = process
        self.own = self.registers()
        # Where the process stands, there is the end of a system call.
        self.instruction = self.own["rip"] - 2
        assert self.peek(self.instruction, 2) == b"\x0f\x05"

    def registers(self):
        buffer = (ctypes.c_ulonglong * len(NAMES))()
        ptrace(GETREGS, self.process, data=ctypes.addressof(buffer))
        return dict(zip(NAMES, buffer))

    def peek(self, address, count):
        with open(f"/proc/{self.process}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            return memory.read(count)

    def poke(self, address, content):
        with open(f"/proc/{self.process}/mem", "wb", buffering=0) as memory:
            memory.seek(address)
            memory.write(content)

    def call(self, name, *arguments):
        """What the call gives back; the name of the error where it fails. Text, bytes and lists of them are put into the
        process's memory, and their address is the argument."""
        place = self.own["rsp"] - (1 << 13)

        def put(content):
            nonlocal place
            start = place
            self.poke(start, content)
            place += (len(content) + 15) // 16 * 16
            return start

        def value(argument):
            if isinstance(argument, int):
                return argument % (1 << 64)
            if isinstance(argument, list):
                return put(struct.pack(f"{len(argument) + 1}Q", *map(value, argument), 0))
            return put(os.fsencode(argument) + b"\0" if isinstance(argument, (str, os.PathLike)) else argument)

        return self.result(CALLS[name], dict(zip(("rdi", "rsi", "rdx", "r10", "r8", "r9"), map(value, arguments))))

    def call_as_32_bit(self, number):
        """What the call of that number on i386 gives back."""
        self.poke(self.instruction, b"\xcd\x80")
        try:
            return self.result(number, {})
        finally:
            self.poke(self.instruction, b"\x0f\x05")

    def result(self, number, arguments):
        # No call is to be begun anew.
        self.set(self.own | {"rip": self.instruction, "rax": number, "orig_rax": (1 << 64) - 1} | arguments)
        self.step()
        result = ctypes.c_longlong(self.registers()["rax"]).value
        return errno.errorcode[-result] if -4096 < result < 0 else result

    def set(self, registers):
        buffer = (ctypes.c_ulonglong * len(NAMES))(*(registers[name] for name in NAMES))
        ptrace(SETREGS, self.process, data=ctypes.addressof(buffer))

    def step(self):
        """One instruction. What was begun by it is ended."""
        ptrace(STEP, self.process)
        while True:
            _, status = os.waitpid(self.process, 0)
            assert os.WIFSTOPPED(status), status
            event = status >> 16
            if not event and os.WSTOPSIG(status) == signal.SIGTRAP:
                return
            if event in (1, 2, 3):
                self.end_child()
            ptrace(STEP, self.process)

    def end_child(self):
        child = ctypes.c_ulong()
        ptrace(0x4201, self.process, data=ctypes.addressof(child))  # PTRACE_GETEVENTMSG
        os.kill(child.value, signal.SIGKILL)
        os.waitpid(child.value, 0x40000000)  # __WALL
