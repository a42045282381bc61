using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Who or what has ended a life, and what it came to. Where the process had no key times there is none.</summary>
/// <param name="Origin">Where the signal came from; unknown where no signal has ended it.</param>
/// <param name="Code"><c>si_code</c> of the signal.</param>
/// <param name="SignalTime">Unix time in ns at which it was sent; 0 where that is not known.</param>
/// <param name="Address">Of a fault.</param>
/// <param name="Sender">Who has sent it, where a process has.</param>
/// <param name="Totals">The kernel's own books at the end, of all threads.</param>
public sealed record DeathCertificate(
    Origin Origin, int Code, ulong SignalTime, ulong? Address, SignalSender? Sender, ResourceUsage Totals);

/// <summary>A process that has sent a signal, as it was at that moment.</summary>
/// <param name="Tgid">Its pid.</param>
/// <param name="Comm">The name of the thread that has sent it.</param>
/// <param name="Uid">In the first user namespace.</param>
public sealed record SignalSender(int Tgid, string Comm, uint Uid);
