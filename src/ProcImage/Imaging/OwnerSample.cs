using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Who holds a lock, as its memory says it now. As the kernel side does at the beginning of a wait.</summary>
internal static class OwnerSample
{
    private const uint TidMask = 0x3fff_ffff; // FUTEX_TID_MASK
    private const uint MostMutexKind = 0x3ff; // glibc: all bits of the kind of a mutex
    private const uint MostMuslType = 0xff; // musl: all bits of its type
    private const uint MuslKnows = 0xf; // musl: types that note their owner

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
        if (place == OwnerPlace.InRobust)
        {
            var tid = mutex.Word & TidMask;
            return mutex.Owner == tid || ((before & MuslKnows) != 0 && before <= MostMuslType) ? (int)tid : 0;
        }

        var (users, kind) = place == OwnerPlace.InMutex32 ? (mutex.Kind, mutex.Users) : (mutex.Users, mutex.Kind);
        return users != 0 && kind <= MostMutexKind && (mutex.Owner & ~TidMask) == 0 ? (int)mutex.Owner : 0;
    }

    /// <summary>pthread_mutex_t of glibc; of 32 bits the last two are the other way round.</summary>
    internal struct Mutex
    {
        public uint Word;
        public uint Count;
        public uint Owner;
        public uint Users;
        public uint Kind;
    }
}
