"""What the kernel says of a container, seen from another in its process namespace: one line of JSON.

Every process of the container must be as its first one; folders are tried by making a file in them.
"""
import errno, json, os

ROOT = '/proc/1/root'
TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'
KERNEL = {'proc', 'sysfs', 'cgroup', 'cgroup2', 'devpts', 'mqueue'}


def status(pid):
    fields = dict(line.split(':\t', 1) for line in open(f'/proc/{pid}/status').read().splitlines() if ':\t' in line)
    return {
        'user': sorted(set(map(int, fields['Uid'].split()))),
        'group': sorted(set(map(int, fields['Gid'].split()))),
        'capabilities': {name: int(fields[name], 16) for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')},
        'noNewPrivileges': int(fields['NoNewPrivs']),
        'seccomp': int(fields['Seccomp']),
    }


def write(folder):
    """Why no file can be made in it, or None."""
    path = f'{ROOT}{folder.rstrip("/")}/.e2e-inspect'
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.unlink(path)
    except OSError as error:
        return errno.errorcode[error.errno]


def folders():
    """Where file systems are mounted, and some of the root's own."""
    found = {'/', '/etc', '/home', '/opt', '/root', '/run', '/srv', '/tmp', '/usr', '/usr/local/bin', '/var', '/var/tmp'}
    for line in open('/proc/1/mountinfo'):
        before, after = line.split(' - ')
        # Most images have a link from /var/run to /run.
        if after.split()[0] not in KERNEL: found.add(before.split()[4].replace('/var/run/', '/run/', 1))
    return sorted(folder for folder in found if os.path.isdir(ROOT + folder))


def processes():
    """Without those that have ended meanwhile, and without the runtime's own, which become a probe's in a moment."""
    for pid in os.listdir('/proc'):
        if not pid.isdigit() or int(pid) == os.getpid(): continue
        try:
            if not open(f'/proc/{pid}/comm').read().startswith('runc:'): yield status(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass


attempts = {folder: write(folder) for folder in folders()}
print(json.dumps({
    'processes': list(processes()),
    'root': attempts['/'],
    'writable': [folder for folder, problem in attempts.items() if problem is None],
    'token': os.path.exists(ROOT + TOKEN),
}))
