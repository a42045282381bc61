namespace Libbpf;

/// <summary>What an update does about an entry that is there, or is not.</summary>
public enum MapUpdate
{
    /// <summary>Insert or replace.</summary>
    Any = 0,

    /// <summary>Insert only.</summary>
    NoExist = 1,

    /// <summary>Replace only; the entries of an array always exist.</summary>
    Exist = 2,
}
