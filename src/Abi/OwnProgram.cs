namespace ProcImage.Abi;

/// <summary>The tool's own programs, by their place in <see cref="Control.SelfInode"/>.</summary>
public enum OwnProgram
{
    Loader = 0,
    Controller = 1,
}

public static class ControlExtensions
{
    /// <summary>Notes a program file, so that the policy of all processes leaves it out.</summary>
    public static Control WithOwnProgram(this Control control, OwnProgram program, string? path)
    {
        if (path is not null && FileIdentity.Of(path) is { } file)
        {
            control.SelfDevice[(int)program] = file.Device;
            control.SelfInode[(int)program] = file.Inode;
        }

        return control;
    }
}
