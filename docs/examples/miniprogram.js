/**
 * A photo from a WeChat mini-program: `paint(API, path).then((file) => this.setData({ file }))`.
 *
 * The API's address must be HTTPS and among the "uploadFile" domains of the mini-program's account.
 *
 * @param {string} api as https://api.example.com
 * @param {string} filePath of the photo, as `wx.chooseMedia` gives it
 * @returns {Promise<string>} the path of the picture, for `<image src>`
 */
export function paint(api, filePath) {
  return new Promise((resolve, reject) => {
    wx.uploadFile({
      url: `${api}/api/v1/transform`,
      filePath,
      name: "image",
      // Every field is a string here.
      formData: { style: "hayao", strength: "0.8", format: "jpeg", max_side: "1280" },
      timeout: 30_000,
      success({ statusCode, data }) {
        const told = JSON.parse(data);
        if (statusCode !== 200) return reject(new Error(told.detail));
        const picture = `${wx.env.USER_DATA_PATH}/anime.jpg`;
        wx.getFileSystemManager().writeFile({
          filePath: picture,
          data: told.result_base64.split(",")[1],
          encoding: "base64",
          success: () => resolve(picture),
          fail: ({ errMsg }) => reject(new Error(errMsg)),
        });
      },
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    });
  });
}
