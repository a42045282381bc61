using System.Runtime.InteropServices;
using Libbpf.Native;

namespace Libbpf;

/// <summary>
/// A program attached to a hook. Owns the attachment: disposing detaches, unless the link is pinned or
/// <see cref="Disconnect"/> was called. It does not need the object that its program came from.
/// </summary>
/// <remarks>
/// A perf-event link (uprobe, sampling) is switched off when it is disposed although it is pinned;
/// disconnect it first.
/// </remarks>
public sealed class BpfLink : IDisposable
{
    private readonly SafeHandle _handle;
    private readonly string _subject;

    internal BpfLink(SafeHandle handle, string subject)
    {
        _handle = handle;
        _subject = subject;
    }

    /// <summary>Owned by the link.</summary>
    /// <exception cref="ObjectDisposedException">The link has been disposed.</exception>
    public int Fd
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle is LinkHandle native ? LibbpfNative.bpf_link__fd(native) : (int)_handle.DangerousGetHandle();
        }
    }

    /// <exception cref="BpfException">ENOENT, EACCES, or EINVAL when the pin is no link.</exception>
    public static BpfLink OpenPinned(string path)
    {
        Bpf.RequireLibrary();
        string subject = $"link {path}";
        var handle = BpfError.CheckHandle(LibbpfNative.bpf_link__open(path), BpfOperation.Open, subject);
        var link = new BpfLink(handle, subject);
        try
        {
            link.Info();
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>Pins it, so that the attachment outlives this process.</summary>
    /// <param name="path">On a bpffs, in a directory that exists; a name without a dot.</param>
    /// <exception cref="BpfException">EEXIST when something is pinned there.</exception>
    public void Pin(string path)
    {
        using var lease = new HandleLease(_handle);
        Pins.Pin(Fd, _subject, path);
    }

    /// <summary>
    /// Lets <see cref="Dispose"/> leave the attachment alone. Its descriptors stay open until the process ends, so
    /// an attachment that is not pinned ends then.
    /// </summary>
    public void Disconnect()
    {
        if (_handle is LinkHandle native)
            LibbpfNative.bpf_link__disconnect(native);
        else
            _handle.SetHandleAsInvalid();
    }

    /// <summary>What the kernel says of it now.</summary>
    /// <exception cref="BpfException">The kernel does not say.</exception>
    public LinkInfo Info()
    {
        using var lease = new HandleLease(_handle);
        return LinkInfo.Read(Fd, _subject);
    }

    public void Dispose() => _handle.Dispose();

    internal SafeHandle Handle => _handle;

    internal string Subject => _subject;
}
