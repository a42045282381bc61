using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Loading;

/// <summary>Which images this build has, and which hooks each of them needs.</summary>
internal static class ImageSupport
{
    public const ImageSet InThisBuild = ImageSet.Resource | ImageSet.Schedule;

    /// <summary>Every image has to know when a task begins, becomes another program, and ends.</summary>
    private static readonly string[] _lifeHooks =
        ["sched_process_fork", "sched_process_exec", "sched_process_exit", "sched_process_free"];

    public static IReadOnlyList<string> Hooks(ImageSet images) =>
        images.HasFlag(ImageSet.Schedule) ? [.. _lifeHooks, "sched_switch"] : _lifeHooks;

    /// <summary>What was asked for, or of all the images those that there are.</summary>
    /// <exception cref="CommandException">An image was named that this build does not have.</exception>
    public static ImageSet Select(LoaderOptions options)
    {
        if (options.All)
            return InThisBuild;
        var missing = options.Images & ~InThisBuild;
        return missing == ImageSet.None
            ? options.Images
            : throw new CommandException(
                ExitStatus.Unsupported,
                $"this build has no image of {missing.Listed()}; "
                + $"it has {InThisBuild.Listed()}, and -a takes those");
    }
}
