using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Controller.Verbs;

/// <summary>Removes policies, or some images of them. On return the kernel no longer collects for them.</summary>
internal static class Deactivate
{
    public static ExitStatus Run(ControllerOptions options, TextWriter output)
    {
        output.Tell(Run(options)); // with the lock released: nobody may ever read it
        return ExitStatus.Done;
    }

    private static string[] Run(ControllerOptions options)
    {
        using var book = PolicyBook.Open(options.Bpffs);
        var slots = Select(book, options.Target);
        var answers = slots.ConvertAll(slot => Take(book, slot, options.Images));
        if (options is { Target.Kind: TargetKind.All, Images: ImageSet.None })
            book.RemoveTargets();
        book.Apply();
        return [.. answers.DefaultIfEmpty("no policies; nothing to remove")];
    }

    private static List<uint> Select(PolicyBook book, Target target)
    {
        if (target.Kind == TargetKind.All)
            return book.Slots.ToList();
        var slot = book.Find(target);
        return slot != 0
            ? [slot]
            : throw new CommandException(
                ExitStatus.Failed,
                $"no policy names {PolicyText.Target(target)}; 'controller --status' lists them");
    }

    private static string Take(PolicyBook book, uint slot, ImageSet images)
    {
        var policy = book[slot];
        var rest = images == ImageSet.None || !book.IsLive(slot) ? ImageSet.None : policy.Images & ~images;
        if (rest == ImageSet.None)
        {
            book.Remove(slot);
            return $"removed policy {policy.Id}, {PolicyText.Target(policy)}: {policy.ListedLevels()}";
        }

        book.Change(slot, policy with { Images = rest });
        var taken = policy.Images & images;
        var changes = taken == ImageSet.None ? "images as they were" : string.Join(" ", taken.Names().Select(name => "-" + name));
        return $"changed policy {policy.Id}, {PolicyText.Target(policy)}: {changes}";
    }
}
