import { createConnectQueryKey, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { UpdateProfileRequestSchema, type User, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { PictureButton } from "../media/PictureButton";
import { type Upload, useUploads } from "../media/useUploads";
import { refreshHome } from "../post/cache";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextArea, TextField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";
import { Avatar } from "./Avatar";

/** Changes one's own name, words and picture; only what was changed is sent. */
export function EditProfile({ user, onClose }: { user: User; onClose(): void }) {
  const [name, setName] = useState(user.displayName);
  const [bio, setBio] = useState(user.bio);
  const picture = usePicture(user);
  const update = useUpdate();
  const { form, errors, problem, busy } = useForm(UpdateProfileRequestSchema, async (message) => {
    await update(message);
    onClose();
  });
  return (
    <Dialog onClose={onClose} title="Edit profile">
      <form
        {...form(() => ({
          ...(name !== user.displayName && { displayName: name }),
          ...(bio !== user.bio && { bio }),
          ...picture.change,
        }))}
        className="flex flex-col gap-4"
      >
        <PictureField error={errors.avatar_media_id} picture={picture} user={user} />
        <TextField
          autoComplete="name"
          error={errors.display_name}
          hint="Left empty, your handle stands for it."
          label="Name"
          onChange={(event) => setName(event.target.value)}
          value={name}
        />
        <TextArea
          error={errors.bio}
          label="About you"
          onChange={(event) => setBio(event.target.value)}
          rows={4}
          value={bio}
        />
        <FormProblem text={problem} />
        <div className="flex justify-end gap-3">
          <Button look="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button busy={busy} disabled={!picture.settled} type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function useUpdate() {
  const client = useQueryClient();
  const { mutateAsync } = useMutation(UserService.method.updateProfile, {
    onSuccess: () => {
      toast("Your profile is saved.");
      // The name and the picture stand beside every post.
      void client.invalidateQueries({
        queryKey: createConnectQueryKey({ schema: UserService, cardinality: undefined }),
      });
      void refreshHome(client);
    },
  });
  return mutateAsync;
}

/** The picture as it will be: as it is, another, or none. */
function usePicture(user: User) {
  const uploads = useUploads(1, { square: 512 });
  const [removed, setRemoved] = useState(false);
  const upload = uploads.uploads[0];
  return {
    upload,
    removed,
    settled: uploads.settled,
    present: Boolean(upload) || (Boolean(user.avatar) && !removed),
    change: upload?.mediaId
      ? { avatarMediaId: upload.mediaId }
      : removed && user.avatar
        ? { avatarMediaId: "" }
        : {},
    choose(files: File[]) {
      uploads.clear();
      setRemoved(false);
      uploads.add(files.slice(0, 1));
    },
    remove() {
      uploads.clear();
      setRemoved(true);
    },
  };
}

function PictureField(props: {
  user: User;
  picture: ReturnType<typeof usePicture>;
  error: string | undefined;
}) {
  const { picture } = props;
  const problem = props.error ?? picture.upload?.problem;
  return (
    <div className="flex items-center gap-4">
      <Preview removed={picture.removed} upload={picture.upload} user={props.user} />
      <div>
        <div className="-ml-2 flex items-center gap-1">
          <PictureButton label="Choose a picture" onFiles={picture.choose} />
          {picture.present && (
            <Button look="quiet" onClick={picture.remove} size="small">
              Remove picture
            </Button>
          )}
        </div>
        {problem && (
          <p className="text-sm font-medium text-danger" role="alert">
            {problem}
          </p>
        )}
        {picture.upload && !picture.settled && !problem && (
          <p className="text-sm text-soft" role="status">
            Sending the picture…
          </p>
        )}
      </div>
    </div>
  );
}

function Preview({ user, upload, removed }: { user: User; upload: Upload | undefined; removed: boolean }) {
  if (upload) {
    return <img alt="" className="size-24 rounded-[34%] bg-line object-cover" src={upload.preview} />;
  }
  const { avatar: _, ...bare } = user;
  return <Avatar size="large" user={removed ? bare : user} />;
}
