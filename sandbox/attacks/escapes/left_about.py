"""Keys and histories where they are commonly left: clouds, clusters, registries, shells, git, backups"""

import os

PLACES = """
    .aws/credentials .aws/config .azure .config/gcloud .kube/config .docker/config.json .netrc .pgpass .pypirc
    .npmrc .git-credentials .gitconfig .ssh/id_rsa .ssh/id_ed25519 .ssh/authorized_keys .gnupg .bash_history
    .python_history .viminfo .env .vault-token .config/gh/hosts.yml .config/pip/pip.conf .huggingface/token
    .cache/huggingface/token .openai .anthropic .pygent .pygent/archive.db .claude .codex
""".split()  # noqa: SIM905
ELSEWHERE = """
    /var/run/secrets/kubernetes.io/serviceaccount/token /run/secrets /var/lib/kubelet /etc/kubernetes
    /etc/rancher /run/containerd/containerd.sock /run/crio/crio.sock /run/buildkit /run/user /var/lib/cloud
    /etc/boto.cfg /etc/ssl/private /etc/krb5.keytab /etc/sudoers /etc/gshadow /opt/secrets /vault /backup
    /var/backups /var/mail /var/spool/cron /var/log/auth.log /proc/keys
""".split()  # noqa: SIM905
NAMES = (".env", ".git", "secrets.json", "credentials.json", "service-account.json", "id_rsa", "flag.txt")


def attack():
    homes = {"/root", "/home", os.environ.get("HOME", "/"), "/tmp", "/", os.getcwd()}
    tried = {f"{home}/{place}": has(f"{home}/{place}") for home in homes for place in PLACES}
    tried |= {place: has(place) for place in ELSEWHERE}
    for top in ("/", os.getcwd(), "/app", "/srv", "/workspace", "/etc", "/opt", "/mnt", "/media", "/data"):
        tried |= {f"{top}/{name}": has(f"{top}/{name}") for name in NAMES}
    return tried


def has(path):
    """'' if something can be read there."""
    try:
        if os.path.isdir(path):
            return "" if os.listdir(path) else "empty"
        with open(path, "rb") as stream:
            return "" if stream.read(1) else "empty"
    except OSError as error:
        return type(error).__name__
