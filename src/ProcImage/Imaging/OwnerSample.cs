using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Who holds a lock, as its memory says it now. As the kernel side does at the beginning of a wait.</summary>
internal static class OwnerSample
{
    private const uint TidMask = 0x3fff_ffff; // FUTEX_TID_MASK
    private const uint MutexKind = 0x3ff; // glibc: all bits of the kind of a mutex
    private const uint MutexType = 3, Recursive = 1; // of them
    private const uint Robust = 0x10;
    private const uint MostUsers = 1 << 22; // who holds a mutex, and who waits for a condition with it
    private const uint MuslType = 0x8f; // musl: all bits of the type of a mutex
    private const uint MuslKnows = 0xf; // of them: such a type notes its owner

    /// <summary>A tid in the pid namespace of the process; 0 where there is none; null where it cannot be read.</summary>
    public static int? Read(ProcessMemory memory, ulong address, OwnerPlace place)
    {
        if (place == OwnerPlace.InWord)
            return memory.TryRead(address, out uint word) ? (int)(word & TidMask) : null;
        if (place == OwnerPlace.Nowhere || !memory.TryRead(address, out Mutex mutex))
            return null;
        memory.TryRead(address - sizeof(uint), out uint before);
        return Of(mutex, before, place);
    }

    /// <param name="mutex">From the word on.</param>
    /// <param name="before">What lies before the word.</param>
    /// <param name="place">Where to look.</param>
    public static int Of(in Mutex mutex, uint before, OwnerPlace place)
    {
        var isNarrow = place == OwnerPlace.InMutex32;
        var (users, kind) = isNarrow ? (mutex.Kind, mutex.Users) : (mutex.Users, mutex.Kind);
        var (isRobust, isRecursive) = ((kind & Robust) != 0, (kind & MutexType) == Recursive);
        var isGlibc = (kind & ~MutexKind) == 0 && users is > 0 and < MostUsers && (mutex.Owner & ~TidMask) == 0
            && isRecursive == (mutex.Count != 0);
        if (place == OwnerPlace.InRobust)
        {
            var tid = mutex.Word & TidMask;
            var isMusl = (before & MuslKnows) != 0 && (before & ~MuslType) == 0;
            return (isGlibc && isRobust && mutex.Owner == tid) || isMusl ? (int)tid : 0;
        }

        if (!isNarrow && (mutex.Previous | mutex.Next) != 0)
            return 0; // only a robust one is in a list
        return isGlibc && !isRobust ? (int)mutex.Owner : 0;
    }

    /// <summary>pthread_mutex_t of glibc; of 32 bits the last two are the other way round.</summary>
    internal struct Mutex
    {
        public uint Word;
        public uint Count;
        public uint Owner;
        public uint Users;
        public uint Kind;
        public uint Spins;
        public ulong Previous; // of a robust one
        public ulong Next;
    }
}
