# Run a program that can read a few paths and write one folder, without network, rights, and other processes.
# usage: unshare --mount --pid --net --ipc --fork sh sandbox.sh FOLDER USER PATH ... -- PROGRAM ARGUMENT ...
set -e
PATH=$PATH:/usr/sbin:/sbin
folder=$1 user=$2 root=$1/root
shift 2
if [ -n "$user" ]; then # root's notebooks run as users that own nothing else, since for root many limits do not hold
    chown -R "$user:$user" "$folder"
    user="--reuid=$user --regid=$user --clear-groups"
fi
mount --make-rprivate /
mount -t tmpfs -o size=16m,mode=755 none "$root"
for place in /tmp /dev/shm; do
    mkdir -p "$root$place"
    mount -t tmpfs -o size=256m,mode=1777 none "$root$place"
done
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then
        mkdir -p "$root$1"
    else
        mkdir -p "$root${1%/*}"
        : > "$root$1"
    fi
    mount --rbind "$1" "$root$1"
    case $1 in
        /dev/*) ;;
        *) mount -o remount,bind,ro,nosuid,nodev "$root$1" ;;
    esac
    shift
done
shift
mkdir -p "$root/proc" "$root/dev/pts" "$root/before" "$root$folder"
mount -t proc none "$root/proc" 2>/dev/null || : # a container may forbid it, and few programs need it
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 none "$root/dev/pts" # where `!ls` prints
ln -s pts/ptmx "$root/dev/ptmx"
mount --bind "$folder" "$root$folder"
cd "$root"
pivot_root . before
cd /
umount -l /before
mount -o remount,bind,ro /
# processes of the notebook may talk to each other on 127.0.0.1, as Dask's do
"$1" -I -S -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 1))'
unset JPY_PARENT_PID
cd "$folder/work"
# shellcheck disable=SC2086
exec setpriv $user --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
